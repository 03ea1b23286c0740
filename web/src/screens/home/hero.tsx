import type { TitleCard } from "../../api/types.ts";
import { t } from "../../i18n/index.ts";
import { Backdrop } from "../../parts/backdrop.tsx";
import { LinkButton } from "../../parts/button.tsx";
import { ProgressBar, titlePath } from "../../parts/card.tsx";
import { Facts } from "../../parts/facts.tsx";
import { PlayLink } from "../../parts/play-link.tsx";
import { begun } from "../../parts/watch-path.ts";

export function Hero({ title }: { title: TitleCard }) {
  const text = t.value;
  const going = begun(title.progress);
  const playable = title.in_library || !!title.progress;
  return (
    <section class="hero after-dark" aria-label={title.title}>
      <Backdrop key={title.id} url={title.backdrop} poster={title.poster} color={title.poster_color} />
      <div class="hero-text">
        <p class="hero-kicker">{going ? text.home.heroContinue : text.home.heroNew}</p>
        <h2>{title.title}</h2>
        <Facts
          year={title.year}
          runtime={title.runtime}
          genres={title.genres}
          rating={title.vote_average}
          demo={title.demo}
        />
        {title.overview && <p class="hero-overview">{title.overview}</p>}
        {going && title.progress && (
          <div class="hero-progress">
            <ProgressBar position={title.progress.position} duration={title.progress.duration} />
          </div>
        )}
        <div class="hero-actions">
          {playable && <PlayLink title={title.id} progress={title.progress} />}
          <LinkButton
            to={titlePath(title)}
            icon="info"
            look={playable ? "plain" : "primary"}
            class={playable ? "glass" : ""}
          >
            {text.action.details}
          </LinkButton>
        </div>
      </div>
    </section>
  );
}
