import type { ItemProgress } from "../api/types.ts";
import { clock } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { user } from "../state/session.ts";
import { LinkButton } from "./button.tsx";
import { begun, watchPath } from "./watch-path.ts";

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
  const path = watchPath(title, item ?? progress?.item_id);
  if (!user.value)
    return (
      <LinkButton look="primary" icon="play" to={`/signin?next=${encodeURIComponent(path)}`} class="play-link">
        {text.signInToPlay}
      </LinkButton>
    );
  const time = progress && begun(progress) ? clock(progress.position) : null;
  const label = episode
    ? time
      ? text.resumeEpisode(episode, time)
      : text.playEpisode(episode)
    : time
      ? text.resumeAt(time)
      : text.play;
  return (
    <LinkButton look="primary" icon="play" to={path} class="play-link numeric">
      {label}
    </LinkButton>
  );
}
