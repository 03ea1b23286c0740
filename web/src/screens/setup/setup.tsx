import { useState } from "preact/hooks";
import { api } from "../../api/endpoints.ts";
import type { SetupView } from "../../api/types.ts";
import { Wordmark } from "../../app/shell.tsx";
import { t } from "../../i18n/index.ts";
import { personal } from "../../i18n/personal.ts";
import { LinkButton } from "../../parts/button.tsx";
import { Empty, ErrorNotice } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { useQuery } from "../../state/query.ts";
import { useCarried } from "../doors/carried.ts";
import { AccountStep } from "./account-step.tsx";
import { LibraryStep } from "./library-step.tsx";
import "../doors/door.css";

/** First run: who runs this, and what shall be shown. */
export default function Setup() {
  const token = useCarried("token") ?? undefined;
  const setup = useQuery("setup", (signal) => api.setup.state(signal));
  const [state, setState] = useState<SetupView | null>(null);
  usePageTitle(personal.value.setup.title);
  // What was true when the page came up: signing in as the new admin must not end the second step.
  if (setup.data && !state) setState(setup.data);
  if (setup.error) return <ErrorNotice whole error={setup.error} retry={setup.reload} />;
  if (!state) return null;
  return state.needs_admin ? <Steps state={state} token={token} /> : <AlreadyDone />;
}

function Steps({ state, token }: { state: SetupView; token: string | undefined }) {
  const text = personal.value.setup;
  const [created, setCreated] = useState(false);
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
      <Empty whole icon="check" title={personal.value.setup.done}>
        <LinkButton look="primary" to="/">
          {t.value.action.goHome}
        </LinkButton>
      </Empty>
    </div>
  );
}
