import { useState } from "preact/hooks";
import type { ProblemError } from "../../api/client.ts";
import { personal } from "../../i18n/personal.ts";
import { Button } from "../../parts/button.tsx";
import { Field } from "../../parts/form.tsx";
import { NewPassword } from "../../parts/new-password.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { passwordFault } from "../../parts/password-strength.ts";
import { asProblemError } from "../../state/query.ts";
import { fieldFault } from "./field-fault.ts";

interface NewAccountProps {
  labels: { name: string; password: string; submit: string };
  /** Makes the account and goes on; what it throws is shown, at its field where it has one. */
  create: (name: string, password: string) => Promise<void>;
}

/** The name and the first password of an account: for the first of all, and for whoever was invited. */
export function NewAccount({ labels, create }: NewAccountProps) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ProblemError | null>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (!name.trim() || passwordFault(password, name)) return;
    setBusy(true);
    setError(null);
    try {
      await create(name.trim(), password);
    } catch (reason) {
      setError(asProblemError(reason));
      setBusy(false);
    }
  };
  const nameFault = (tried && !name.trim() ? personal.value.setup.nameMissing : null) ?? fieldFault(error, "name");
  const refused = fieldFault(error, "password");
  return (
    <form class="door-form" onSubmit={(event) => void submit(event)} noValidate>
      {error && !nameFault && !refused && <ErrorLine error={error} />}
      <Field
        label={labels.name}
        name="name"
        autocomplete="username"
        autocapitalize="none"
        autofocus
        maxLength={64}
        value={name}
        fault={nameFault}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <NewPassword
        label={labels.password}
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
        {labels.submit}
      </Button>
    </form>
  );
}
