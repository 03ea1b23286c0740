import { useState } from "preact/hooks";
import { api } from "../../api/endpoints.ts";
import type { SetupView } from "../../api/types.ts";
import { Wordmark } from "../../app/shell.tsx";
import { t } from "../../i18n/index.ts";
import { LinkButton } from "../../parts/button.tsx";
import { Empty, ErrorNotice } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { place } from "../../router/router.ts";
import { useQuery } from "../../state/query.ts";
import { AccountStep } from "./account-step.tsx";
import { LibraryStep } from "./library-step.tsx";
import "../signin/door.css";

/** First run: who runs this, and what shall be shown. */
export default function Setup() {
  const setup = useQuery("setup", (signal) => api.setup.state(signal));
  const [state, setState] = useState<SetupView | null>(null);
  usePageTitle(t.value.setup.title);
  // What was true when the page came up: signing in as the new admin must not end the second step.
  if (setup.data && !state) setState(setup.data);
  if (setup.error) return <ErrorNotice whole error={setup.error} retry={setup.reload} />;
  if (!state) return null;
  return state.needs_admin ? <Steps state={state} /> : <AlreadyDone />;
}

function Steps({ state }: { state: SetupView }) {
  const text = t.value.setup;
  const [created, setCreated] = useState(false);
  const token = place.value.query.get("token") ?? undefined;
  return (
    <div class="door">
      <div class="door-panel wide">
        <p class="wordmark">
          <Wordmark />
        </p>
        <div class="door-head">
          <p class="quiet small numeric">{text.step(created ? 2 : 1, 2)}</p>
          <h1>{created ? text.libraryTitle : text.accountTitle}</h1>
        </div>
        {state.needs_token && !token && !created && (
          <div class="door-note" role="alert">
            <div>
              <strong>{text.needsToken}</strong>
              <p>{text.needsTokenText}</p>
            </div>
          </div>
        )}
        {created ? <LibraryStep state={state} /> : <AccountStep token={token} onDone={() => setCreated(true)} />}
      </div>
    </div>
  );
}

function AlreadyDone() {
  return (
    <div class="door">
      <Empty whole icon="check" title={t.value.setup.done}>
        <LinkButton look="primary" to="/">
          {t.value.action.goHome}
        </LinkButton>
      </Empty>
    </div>
  );
}
