import type { ItemProgress } from "../api/types.ts";
import { clock } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { LinkButton } from "./button.tsx";

/** Where a title, or one of its items, is played. */
export function watchPath(title: string, item?: string | null): string {
  return item ? `/watch/${title}?item=${encodeURIComponent(item)}` : `/watch/${title}`;
}

/** Whether somebody has begun and not finished. */
export function begun(progress: Pick<ItemProgress, "position" | "watched"> | null | undefined): boolean {
  return !!progress && !progress.watched && progress.position > 0;
}

interface PlayLinkProps {
  title: string;
  item?: string | null;
  progress?: ItemProgress | null;
  /** "S1 E3", for shows. */
  episode?: string | null;
}

/** The one primary button: Play, or Resume with the time. */
export function PlayLink({ title, item, progress, episode }: PlayLinkProps) {
  const text = t.value.action;
  const time = progress && begun(progress) ? clock(progress.position) : null;
  const label = episode
    ? time
      ? text.resumeEpisode(episode, time)
      : text.playEpisode(episode)
    : time
      ? text.resumeAt(time)
      : text.play;
  return (
    <LinkButton look="primary" icon="play" to={watchPath(title, item ?? progress?.item_id)} class="play-link numeric">
      {label}
    </LinkButton>
  );
}
