import { useState } from "preact/hooks";
import type { ProblemError } from "../../api/client.ts";
import { api } from "../../api/endpoints.ts";
import { personal } from "../../i18n/personal.ts";
import { Button } from "../../parts/button.tsx";
import { Field } from "../../parts/form.tsx";
import { NewPassword } from "../../parts/new-password.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { passwordFault } from "../../parts/password-strength.ts";
import { tell } from "../../state/notices.ts";
import { asProblemError } from "../../state/query.ts";
import { user } from "../../state/session.ts";
import { fieldFault } from "../doors/field-fault.ts";

export function PasswordForm() {
  const text = personal.value.account;
  const [error, setError] = useState<ProblemError | null>(null);
  const [busy, setBusy] = useState(false);
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const refused = fieldFault(error, "new_password");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const values = new FormData(form);
    setTried(true);
    if (passwordFault(password, user.value?.name)) return;
    setBusy(true);
    setError(null);
    try {
      await api.me.changePassword(String(values.get("current")), password);
      form.reset();
      setPassword("");
      setTried(false);
      tell(text.changed);
    } catch (reason) {
      setError(asProblemError(reason));
    }
    setBusy(false);
  };
  return (
    <section class="panel" aria-label={text.password}>
      <h2>{text.password}</h2>
      <form class="password-form" onSubmit={(event) => void submit(event)}>
        <input
          class="hidden-visually"
          type="text"
          autocomplete="username"
          value={user.value?.name}
          readOnly
          tabIndex={-1}
          aria-hidden="true"
        />
        {error && !refused && (
          <ErrorLine
            error={error}
            text={error.code === "invalid_credentials" ? personal.value.signin.wrong : undefined}
          />
        )}
        <Field label={text.currentPassword} name="current" type="password" autocomplete="current-password" required />
        <NewPassword
          label={text.newPassword}
          name={user.value?.name}
          value={password}
          tried={tried}
          refused={refused}
          onChange={(value) => {
            setPassword(value);
            if (refused) setError(null);
          }}
        />
        <Button type="submit" busy={busy}>
          {text.change}
        </Button>
      </form>
    </section>
  );
}
