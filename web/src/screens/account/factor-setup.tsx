import { useState } from "preact/hooks";
import { type Enrolment, factor } from "../../api/accounts.ts";
import type { ProblemError } from "../../api/client.ts";
import { t } from "../../i18n/index.ts";
import { personal } from "../../i18n/personal.ts";
import { Button } from "../../parts/button.tsx";
import { CodeField, isCode } from "../../parts/code-field.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Field } from "../../parts/form.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { Qr } from "../../parts/qr.tsx";
import { asProblemError } from "../../state/query.ts";
import { saidOfPassword } from "./factor-proof.tsx";

interface FactorSetupProps {
  onDone: (codes: string[]) => void;
  onClose: () => void;
}

/** The password, then the secret for the app, then its first code. */
export function FactorSetup({ onDone, onClose }: FactorSetupProps) {
  const text = personal.value.factor;
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [error, setError] = useState<ProblemError | null>(null);
  const [busy, setBusy] = useState(false);
  const attempt = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    await work().catch((reason: unknown) => setError(asProblemError(reason)));
    setBusy(false);
  };
  const begin = (event: SubmitEvent) => {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget as HTMLFormElement).get("password"));
    void attempt(async () => setEnrolment(await factor.begin(password)));
  };
  const confirm = (code: string) => attempt(async () => onDone((await factor.confirm(code)).recovery_codes));
  if (enrolment)
    return (
      <Dialog title={text.title} onClose={onClose}>
        <Scan enrolment={enrolment} error={error} busy={busy} onCode={(code) => void confirm(code)} onClose={onClose} />
      </Dialog>
    );
  return (
    <Dialog title={text.title} onClose={onClose}>
      <form class="key-form" onSubmit={begin}>
        {error && <ErrorLine error={error} text={saidOfPassword(error)} />}
        <Field
          label={personal.value.account.currentPassword}
          name="password"
          type="password"
          autocomplete="current-password"
          required
        />
        <div class="dialog-actions">
          <Button onClick={onClose}>{t.value.action.cancel}</Button>
          <Button type="submit" look="primary" busy={busy}>
            {text.next}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface ScanProps {
  enrolment: Enrolment;
  error: ProblemError | null;
  busy: boolean;
  onCode: (code: string) => void;
  onClose: () => void;
}

function Scan({ enrolment, error, busy, onCode, onClose }: ScanProps) {
  const text = personal.value.factor;
  const [code, setCode] = useState("");
  const wrong = error?.code === "second_factor_wrong";
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (isCode(code)) onCode(code);
  };
  return (
    <form class="key-form" onSubmit={submit}>
      <p>{text.scan}</p>
      <div class="factor-scan">
        <Qr svg={enrolment.qr_svg} label={text.qr} />
        <div>
          <p class="quiet small">{text.byHand}</p>
          <code class="key-secret factor-secret">{enrolment.secret.match(/.{1,4}/g)?.join(" ")}</code>
        </div>
      </div>
      {error && !wrong && <ErrorLine error={error} />}
      <CodeField
        label={text.code}
        hint={text.codeHint}
        fault={wrong ? text.wrong : null}
        autofocus
        value={code}
        onChange={setCode}
      />
      <div class="dialog-actions">
        <Button onClick={onClose}>{t.value.action.cancel}</Button>
        <Button type="submit" look="primary" busy={busy} disabled={!isCode(code)}>
          {text.turnOn}
        </Button>
      </div>
    </form>
  );
}
