import { useState } from "preact/hooks";
import { picture } from "../api/pictures.ts";
import type { ItemProgress } from "../api/types.ts";
import { clock } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { href } from "../router/router.ts";
import { type CardTitle, ProgressBar } from "./card.tsx";
import { inkOn } from "./color.ts";
import { Icon } from "./icon.tsx";
import { watchPath } from "./watch-path.ts";
import "./card.css";
import "./wide-card.css";

export interface WideCardTitle extends CardTitle {
  backdrop: string | null;
  progress: ItemProgress | null;
}

/** Something that was begun: its picture in 16:9, and one press goes on with it. */
export function WideCard({ title, eager }: { title: WideCardTitle; eager?: boolean }) {
  const [failed, setFailed] = useState(false);
  const text = t.value;
  const { progress, poster_color: color } = title;
  const left = progress?.duration ? text.fact.left(clock(progress.duration - progress.position)) : null;
  return (
    <a class="card wide-card" href={href(watchPath(title.id, progress?.item_id))}>
      <div class="card-picture wide-picture" style={color ? { "--poster": color, "--ink": inkOn(color) } : {}}>
        <span class="wide-name" aria-hidden="true">
          {title.title}
        </span>
        {title.backdrop && !failed && (
          <img
            {...picture(title.backdrop, "backdrop")}
            sizes="(max-width: 719px) 78vw, 360px"
            alt=""
            loading={eager ? "eager" : "lazy"}
            decoding="async"
            onError={() => setFailed(true)}
          />
        )}
        <span class="wide-play">
          <Icon name="play" size={24} />
        </span>
        {progress && <ProgressBar position={progress.position} duration={progress.duration} />}
      </div>
      <span class="card-title">{title.title}</span>
      <span class="card-line numeric">
        {progress && <span class="hidden-visually">{text.action.resumeAt(clock(progress.position))}. </span>}
        {left ?? title.year}
      </span>
    </a>
  );
}
