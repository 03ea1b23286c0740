import { serverUrl } from "../../api/client.ts";
import { api } from "../../api/endpoints.ts";
import type { Episode, TitleProgress, TitleView } from "../../api/types.ts";
import { clock, date, runtime } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { ProgressBar } from "../../parts/card.tsx";
import { Chip } from "../../parts/form.tsx";
import { Icon } from "../../parts/icon.tsx";
import { ErrorLine, Late } from "../../parts/notice.tsx";
import { Stale } from "../../parts/stale.tsx";
import { begun, watchPath } from "../../parts/watch-path.ts";
import { href, place, setQuery } from "../../router/router.ts";
import { useQuery } from "../../state/query.ts";
import { lastPlayed, nextUp } from "./next-up.ts";

/** The seasons of a show as chips, and the episodes of the chosen one. */
export function Seasons({ show, progress }: { show: TitleView; progress: TitleProgress | undefined }) {
  const text = t.value.title;
  const seasons = show.seasons ?? [];
  const asked = place.value.query.get("season");
  const preferred =
    nextUp(show, lastPlayed(progress))?.season ??
    seasons.find((season) => season.number > 0)?.number ??
    seasons[0]?.number;
  const number = asked !== null ? Number(asked) : preferred;
  const season = useQuery(number === undefined ? null : `season:${show.id}:${number}`, (signal) =>
    api.catalog.season(show.id, number as number, signal),
  );
  if (number === undefined) return null;
  return (
    <section class="seasons" aria-label={text.seasons}>
      <div class="seasons-head">
        <h2>{seasons.length > 1 ? text.seasons : text.season(number)}</h2>
        {season.data && <span class="quiet small">{t.value.fact.episodes(season.data.episodes.length)}</span>}
      </div>
      {seasons.length > 1 && (
        <fieldset class="chips" aria-label={text.seasons}>
          {seasons.map((each) => (
            <Chip
              key={each.number}
              on={each.number === number}
              onClick={() => setQuery({ season: String(each.number) })}
            >
              {text.season(each.number)}
            </Chip>
          ))}
        </fieldset>
      )}
      <Stale degraded={season.data?.degraded} />
      {season.error && <ErrorLine error={season.error} />}
      {season.data?.episodes.length === 0 && <p class="quiet">{text.noEpisodes}</p>}
      <ol class="episodes" aria-busy={season.pending}>
        {season.data?.episodes.map((episode) => (
          <EpisodeRow
            key={episode.number}
            show={show.id}
            color={show.poster_color}
            episode={episode}
            progress={(episode.item_id && progress?.items[episode.item_id]) || null}
          />
        ))}
        {season.pending && (
          <Late>
            {[1, 2, 3].map((n) => (
              <li key={n} class="bone episode-bone" />
            ))}
          </Late>
        )}
      </ol>
    </section>
  );
}

interface EpisodeProps {
  show: string;
  color: string | null;
  episode: Episode;
  progress: TitleProgress["items"][string] | null;
}

function EpisodeRow({ show, color, episode, progress }: EpisodeProps) {
  const text = t.value;
  const going = begun(progress);
  const facts = [episode.runtime ? runtime(episode.runtime) : null, episode.air_date ? date(episode.air_date) : null];
  const body = (
    <>
      <div class="episode-still" style={color ? { "--poster": color } : {}}>
        <span class="episode-number" aria-hidden="true">
          {episode.number}
        </span>
        {episode.still && (
          <img src={serverUrl(episode.still)} alt="" loading="lazy" decoding="async" width={300} height={169} />
        )}
        {episode.item_id && (
          <span class="episode-play">
            <Icon name="play" size={24} />
          </span>
        )}
        {going && progress && <ProgressBar position={progress.position} duration={progress.duration} />}
      </div>
      <div class="episode-text">
        <h3>
          <span class="numeric">{episode.number}.</span> {episode.name}
        </h3>
        <p class="episode-facts numeric">
          {!episode.item_id && <span>{text.title.missingEpisode}</span>}
          {progress?.watched && (
            <span class="episode-watched">
              <Icon name="check" size={16} />
              {text.fact.watched}
            </span>
          )}
          {going && progress && <span>{text.fact.left(clock(progress.duration - progress.position))}</span>}
          {facts.filter(Boolean).map((fact) => (
            <span key={fact}>{fact}</span>
          ))}
        </p>
        {episode.overview && <p class="episode-overview">{episode.overview}</p>}
      </div>
    </>
  );
  return (
    <li class={episode.item_id ? "" : "episode-missing"}>
      {episode.item_id ? (
        <a class="episode" href={href(watchPath(show, episode.item_id))}>
          {body}
        </a>
      ) : (
        <div class="episode">{body}</div>
      )}
    </li>
  );
}
