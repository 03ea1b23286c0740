import { useState } from "preact/hooks";
import type { ProblemError } from "../../api/client.ts";
import { api } from "../../api/endpoints.ts";
import { t } from "../../i18n/index.ts";
import { personal } from "../../i18n/personal.ts";
import { Button } from "../../parts/button.tsx";
import { CodeField, isCode } from "../../parts/code-field.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { asProblemError } from "../../state/query.ts";
import { enter } from "../../state/session.ts";
import { Door } from "../doors/door.tsx";
import "./code-step.css";

/** The name and the password that were right, until the code is, too. */
export interface Entering {
  name: string;
  password: string;
}

/** Asks for the code after the password. */
export function CodeStep({ entering, next, onBack }: { entering: Entering; next: string; onBack: () => void }) {
  const text = personal.value.factor;
  const [code, setCode] = useState("");
  const [recovery, setRecovery] = useState(false);
  const [error, setError] = useState<ProblemError | null>(null);
  const [busy, setBusy] = useState(false);
  const wrong = error?.code === "second_factor_wrong";
  const ready = recovery ? code.trim().length > 0 : isCode(code);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!ready) return;
    setBusy(true);
    setError(null);
    try {
      await api.auth.login(entering.name, entering.password, code);
      await enter(next);
    } catch (reason) {
      setError(asProblemError(reason));
      setCode("");
      setBusy(false);
    }
  };
  const change = () => {
    setRecovery(!recovery);
    setCode("");
    setError(null);
  };
  return (
    <Door title={text.askTitle} text={recovery ? text.recoveryText : text.askText}>
      {error && !wrong && <ErrorLine error={error} />}
      <form class="door-form" onSubmit={(event) => void submit(event)}>
        <CodeField
          key={String(recovery)}
          label={recovery ? text.recovery : text.code}
          hint={recovery ? undefined : text.codeHint}
          fault={wrong ? text.wrong : null}
          letters={recovery}
          autofocus
          value={code}
          onChange={setCode}
        />
        <Button type="submit" look="primary" busy={busy} disabled={!ready}>
          {personal.value.signin.submit}
        </Button>
      </form>
      <div class="door-buttons code-buttons">
        <Button look="quiet" icon="left" onClick={onBack}>
          {t.value.action.back}
        </Button>
        <Button look="quiet" onClick={change}>
          {recovery ? text.useApp : text.useRecovery}
        </Button>
      </div>
    </Door>
  );
}
