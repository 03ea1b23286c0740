import { useState } from "preact/hooks";
import type { ProblemError } from "../../api/client.ts";
import { api } from "../../api/endpoints.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../parts/button.tsx";
import { Field } from "../../parts/form.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { asProblemError } from "../../state/query.ts";
import { signedIn } from "../../state/session.ts";

const SHORTEST_PASSWORD = 8;

/** Creates the first account and signs it in. */
export function AccountStep({ token, onDone }: { token: string | undefined; onDone: () => void }) {
  const text = t.value.setup;
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ProblemError | null>(null);
  const nameFault = tried && !name.trim() ? text.nameMissing : null;
  const passwordFault = tried && password.length < SHORTEST_PASSWORD ? text.passwordShort : null;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (!name.trim() || password.length < SHORTEST_PASSWORD) return;
    setBusy(true);
    setError(null);
    try {
      const { user } = await api.setup.complete({ name: name.trim(), password, token });
      signedIn(user);
      onDone();
    } catch (reason) {
      setError(asProblemError(reason));
      setBusy(false);
    }
  };
  return (
    <form class="door-panel wide" onSubmit={(event) => void submit(event)} noValidate>
      <p class="quiet">{text.accountText}</p>
      {error && <ErrorLine error={error} />}
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
      <Field
        label={text.password}
        name="password"
        type="password"
        autocomplete="new-password"
        value={password}
        hint={text.passwordHint}
        fault={passwordFault}
        onInput={(event) => setPassword(event.currentTarget.value)}
      />
      <Button type="submit" look="primary" busy={busy}>
        {text.continue}
      </Button>
    </form>
  );
}
