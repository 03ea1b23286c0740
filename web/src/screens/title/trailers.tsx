import { picture } from "../../api/pictures.ts";
import type { TitleView } from "../../api/types.ts";
import { t } from "../../i18n/index.ts";
import { Icon } from "../../parts/icon.tsx";
import { Row } from "../../parts/row.tsx";
import "../../parts/card.css";
import "../../parts/wide-card.css";
import { trailerAddress } from "./trailer-address.ts";

const MOST = 12;

/**
 * Trailers and clips that lie on other sites. Nothing of those is loaded here: the picture is the title's own, and a press opens
 * the site in a new tab, which does not learn where it was opened.
 */
export function Trailers({ title }: { title: TitleView }) {
  const text = t.value.title;
  const found = title.videos.flatMap((video) => {
    const address = trailerAddress(video);
    return address ? [{ video, address }] : [];
  });
  if (found.length === 0) return null;
  return (
    <Row title={text.trailers} class="wide trailers">
      {found.slice(0, MOST).map(({ video, address }) => (
        <li key={video.site + video.key}>
          <a class="card trailer" href={address} target="_blank" rel="noopener noreferrer">
            <Still title={title} />
            <span class="card-title">{video.name}</span>
            <span class="card-line">
              {[text.videoTypes[video.type] ?? video.type, text.opensAt(video.site)].join(" · ")}
            </span>
          </a>
        </li>
      ))}
    </Row>
  );
}

function Still({ title }: { title: TitleView }) {
  return (
    <div class="card-picture trailer-picture" style={title.poster_color ? { "--poster": title.poster_color } : {}}>
      {title.backdrop && (
        <img
          {...picture(title.backdrop, "backdrop")}
          sizes="(max-width: 719px) 78vw, 360px"
          alt=""
          loading="lazy"
          decoding="async"
          width={1280}
          height={720}
        />
      )}
      <span class="wide-play">
        <Icon name="outside" size={24} />
      </span>
    </div>
  );
}
