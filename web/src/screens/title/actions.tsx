import type { ItemProgress, TitleView } from "../../api/types.ts";
import { t } from "../../i18n/index.ts";
import { LinkButton } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { PlayLink } from "../../parts/play-link.tsx";
import { begun, watchPath } from "../../parts/watch-path.ts";
import { signInPath, user } from "../../state/session.ts";
import { nextUp } from "./next-up.ts";
import { WatchlistButton } from "./opinions.tsx";

interface ActionsProps {
  title: TitleView;
  /** Of what was played last. */
  progress: ItemProgress | null;
}

/** What a person can do with a title: play it, where that is possible, and remember it. */
export function Actions({ title, progress }: ActionsProps) {
  return (
    <>
      {!title.library.available && (
        <p class="title-missing">
          <Icon name="info" />
          {t.value.title.missing}
        </p>
      )}
      <div class="title-actions">
        {title.library.available && <Play title={title} progress={progress} />}
        {user.value ? <WatchlistButton title={title.id} /> : !title.library.available && <SignInToList />}
      </div>
    </>
  );
}

function SignInToList() {
  return (
    <LinkButton to={signInPath()} look="primary" icon="plus">
      {t.value.action.signInToList}
    </LinkButton>
  );
}

function Play({ title, progress: last }: ActionsProps) {
  const text = t.value;
  const next = title.kind === "show" ? nextUp(title, last) : null;
  const episode = next?.season != null && next.episode != null ? text.fact.episode(next.season, next.episode) : null;
  const progress = next && last?.item_id !== next.id ? null : last;
  return (
    <>
      <PlayLink title={title.id} item={next?.id} progress={progress} episode={episode} />
      {begun(progress) && (
        <LinkButton to={watchPath(title.id, next?.id ?? progress?.item_id, "start")} icon="restart" class="glass">
          {text.action.startOver}
        </LinkButton>
      )}
    </>
  );
}
