import { useState } from "preact/hooks";
import { own } from "../../api/accounts.ts";
import { apiUrl, type ProblemError } from "../../api/client.ts";
import { t } from "../../i18n/index.ts";
import { personal } from "../../i18n/personal.ts";
import { Button } from "../../parts/button.tsx";
import { CodeField } from "../../parts/code-field.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Field } from "../../parts/form.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { asProblemError } from "../../state/query.ts";
import { leftForGood, user } from "../../state/session.ts";
import { saidOfPassword } from "./factor-proof.tsx";

/** All that is kept about this account, as a file; and the way out. */
export function OwnData() {
  const text = personal.value.ownData;
  const [leaving, setLeaving] = useState(false);
  return (
    <section class="panel" aria-label={text.title}>
      <div class="panel-head">
        <div>
          <h2>{text.title}</h2>
          <p class="quiet small">{text.text}</p>
        </div>
        <div class="panel-actions">
          <a class="button plain" href={apiUrl("/me/export")} download="matinee-export.json">
            {text.download}
          </a>
          <Button look="danger" onClick={() => setLeaving(true)}>
            {text.leave}
          </Button>
        </div>
      </div>
      {leaving && <Leave onClose={() => setLeaving(false)} />}
    </section>
  );
}

/** Asks for the password, and for a code once the server wants one. */
function Leave({ onClose }: { onClose: () => void }) {
  const text = personal.value.ownData;
  const [code, setCode] = useState("");
  const [asksForCode, setAsksForCode] = useState(false);
  const [error, setError] = useState<ProblemError | null>(null);
  const [busy, setBusy] = useState(false);
  const wrong = error?.code === "second_factor_wrong";
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const password = new FormData(event.currentTarget as HTMLFormElement).get("password");
    setBusy(true);
    setError(null);
    try {
      await own.leave(password === null ? null : String(password), code || null);
      leftForGood();
    } catch (reason) {
      const problem = asProblemError(reason);
      if (problem.code === "second_factor_required") setAsksForCode(true);
      else setError(problem);
      setBusy(false);
    }
  };
  return (
    <Dialog title={text.leave} onClose={onClose}>
      <form class="key-form" onSubmit={(event) => void submit(event)}>
        <p>{text.leaveText}</p>
        {error && !wrong && <ErrorLine error={error} text={saidOfPassword(error)} />}
        {user.value?.has_password && (
          <Field
            label={personal.value.account.currentPassword}
            name="password"
            type="password"
            autocomplete="current-password"
            required
          />
        )}
        {asksForCode && (
          <CodeField
            label={personal.value.factor.either}
            letters
            autofocus
            value={code}
            fault={wrong ? personal.value.factor.wrong : null}
            onChange={setCode}
          />
        )}
        <div class="dialog-actions">
          <Button onClick={onClose}>{t.value.action.cancel}</Button>
          <Button type="submit" look="danger" busy={busy}>
            {text.leaveNow}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
