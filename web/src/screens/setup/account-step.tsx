import { useState } from "preact/hooks";
import type { ProblemError } from "../../api/client.ts";
import { api } from "../../api/endpoints.ts";
import { personal } from "../../i18n/personal.ts";
import { Button } from "../../parts/button.tsx";
import { Field } from "../../parts/form.tsx";
import { NewPassword } from "../../parts/new-password.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { passwordFault } from "../../parts/password-strength.ts";
import { asProblemError } from "../../state/query.ts";
import { signedIn } from "../../state/session.ts";
import { fieldFault } from "../doors/field-fault.ts";

/** Creates the first account and signs it in. */
export function AccountStep({ token, onDone }: { token: string | undefined; onDone: () => void }) {
  const text = personal.value.setup;
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ProblemError | null>(null);
  const nameFault = tried && !name.trim() ? text.nameMissing : null;
  const refused = fieldFault(error, "password");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (!name.trim() || passwordFault(password, name)) return;
    setBusy(true);
    setError(null);
    try {
      await api.setup.complete({ name: name.trim(), password, token });
      await signedIn();
      onDone();
    } catch (reason) {
      setError(asProblemError(reason));
      setBusy(false);
    }
  };
  return (
    <form class="door-panel wide" onSubmit={(event) => void submit(event)} noValidate>
      <p class="quiet">{text.accountText}</p>
      {error && !refused && <ErrorLine error={error} />}
      <Field
        label={text.name}
        name="name"
        autocomplete="username"
        autocapitalize="none"
        autofocus
        value={name}
        fault={nameFault}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <NewPassword
        label={text.password}
        name={name}
        value={password}
        tried={tried}
        refused={refused}
        onChange={(value) => {
          setPassword(value);
          if (refused) setError(null);
        }}
      />
      <Button type="submit" look="primary" busy={busy}>
        {text.continue}
      </Button>
    </form>
  );
}
