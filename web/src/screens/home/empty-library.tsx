import { useState } from "preact/hooks";
import type { ProblemError } from "../../api/client.ts";
import { api } from "../../api/endpoints.ts";
import { t } from "../../i18n/index.ts";
import { Button, LinkButton } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Empty, ErrorLine } from "../../parts/notice.tsx";
import { tell } from "../../state/notices.ts";
import { asProblemError, invalidate } from "../../state/query.ts";
import { isAdmin, isRestricted } from "../../state/session.ts";

/** Teaches the two ways to fill a library. */
export function EmptyLibrary() {
  const text = t.value.home;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ProblemError | null>(null);
  const nothing = isRestricted.value ? text.emptyProfile : text.emptyMember;
  if (!isAdmin.value) return <Empty whole icon="film" title={text.emptyTitle} text={nothing} />;
  const demo = async () => {
    setBusy(true);
    setError(null);
    try {
      await api.library.installDemo();
      tell(text.demoStarted);
      setTimeout(() => invalidate("home"), 5_000);
    } catch (reason) {
      setError(asProblemError(reason));
    }
    setBusy(false);
  };
  return (
    <div class="empty-library">
      <h1>{text.emptyTitle}</h1>
      <p class="quiet">{text.emptyText}</p>
      <div class="ways">
        <section>
          <Icon name="folder" size={32} />
          <h2>{text.emptyFolder}</h2>
          <p class="quiet">{text.emptyFolderText}</p>
          <LinkButton look="primary" to="/manage?add=1">
            {text.emptyFolder}
          </LinkButton>
        </section>
        <section>
          <Icon name="sparkle" size={32} />
          <h2>{text.emptyDemo}</h2>
          <p class="quiet">{text.emptyDemoText}</p>
          <Button busy={busy} onClick={() => void demo()}>
            {text.emptyDemo}
          </Button>
        </section>
      </div>
      {error && <ErrorLine error={error} />}
    </div>
  );
}
