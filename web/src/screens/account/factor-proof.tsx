import { useState } from "preact/hooks";
import type { ProblemError } from "../../api/client.ts";
import { t } from "../../i18n/index.ts";
import { personal } from "../../i18n/personal.ts";
import { Button } from "../../parts/button.tsx";
import { CodeField } from "../../parts/code-field.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Field } from "../../parts/form.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { asProblemError } from "../../state/query.ts";

interface FactorProofProps {
  /** What is going to happen; the button says it too. */
  title: string;
  text: string;
  prove: (password: string, code: string) => Promise<unknown>;
  onDone: () => void;
  onClose: () => void;
}

/** Asks for both factors before something about the second one changes. */
export function FactorProof({ title, text, prove, onDone, onClose }: FactorProofProps) {
  const words = personal.value.factor;
  const [code, setCode] = useState("");
  const [error, setError] = useState<ProblemError | null>(null);
  const [busy, setBusy] = useState(false);
  const wrong = error?.code === "second_factor_wrong";
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget as HTMLFormElement).get("password"));
    setBusy(true);
    setError(null);
    try {
      await prove(password, code);
      onDone();
    } catch (reason) {
      setError(asProblemError(reason));
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form class="key-form" onSubmit={(event) => void submit(event)}>
        <p>{text}</p>
        {error && !wrong && <ErrorLine error={error} text={saidOfPassword(error)} />}
        <Field
          label={personal.value.account.currentPassword}
          name="password"
          type="password"
          autocomplete="current-password"
          required
        />
        <CodeField label={words.either} letters value={code} fault={wrong ? words.wrong : null} onChange={setCode} />
        <div class="dialog-actions">
          <Button onClick={onClose}>{t.value.action.cancel}</Button>
          <Button type="submit" look="primary" busy={busy}>
            {title}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Better words than the server's, where only the password was asked for. */
export function saidOfPassword(error: ProblemError): string | undefined {
  return error.code === "invalid_credentials" ? personal.value.factor.passwordWrong : undefined;
}
