import type { Kind } from "../api/types.ts";
import { clock } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { href } from "../router/router.ts";
import { Icon } from "./icon.tsx";
import { Poster } from "./poster.tsx";
import "./card.css";

export interface CardTitle {
  id: string;
  kind: Kind | "person";
  title: string;
  year: number | null;
  poster: string | null;
  poster_color: string | null;
  in_library?: boolean;
  progress?: { position: number; duration: number; watched: boolean } | null;
}

export const titlePath = ({ id, kind }: { id: string; kind: Kind | "person" }) =>
  kind === "person" ? `/people/${id}` : `/${kind}s/${id}`;

interface CardProps {
  title: CardTitle;
  /** Instead of the year. */
  line?: string | null;
  /** Among titles of the whole world: marks those that can be played here. */
  owned?: boolean;
  eager?: boolean;
  sizes?: string;
}

/** A title, or a person, in a row or a grid. */
export function Card({ title, line, owned, eager, sizes }: CardProps) {
  const { progress } = title;
  const begun = progress && !progress.watched && progress.position > 0;
  const left = begun && progress.duration ? t.value.fact.left(clock(progress.duration - progress.position)) : null;
  return (
    <a class="card" href={href(titlePath(title))}>
      <div class="card-picture">
        <Poster title={title.title} url={title.poster} color={title.poster_color} eager={eager} sizes={sizes} />
        {owned && title.in_library && !progress?.watched && (
          <span class="card-owned" title={t.value.fact.inLibrary}>
            <Icon name="play" size={14} />
            <span class="hidden-visually">{t.value.fact.inLibrary}</span>
          </span>
        )}
        {begun && <ProgressBar position={progress.position} duration={progress.duration} />}
        {progress?.watched && (
          <span class="card-watched" title={t.value.fact.watched}>
            <Icon name="check" size={16} />
            <span class="hidden-visually">{t.value.fact.watched}</span>
          </span>
        )}
      </div>
      <span class="card-title">{title.title}</span>
      <span class="card-line numeric">{left ?? line ?? title.year ?? " "}</span>
    </a>
  );
}

export function ProgressBar({ position, duration }: { position: number; duration: number }) {
  const part = duration > 0 ? Math.min(1, position / duration) : 0;
  const percent = Math.round(part * 100);
  return (
    <div class="progress" role="img" aria-label={t.value.fact.progress(percent)}>
      <div style={{ transform: `scaleX(${part})` }} />
    </div>
  );
}
