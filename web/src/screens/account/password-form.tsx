import { useState } from "preact/hooks";
import type { ProblemError } from "../../api/client.ts";
import { api } from "../../api/endpoints.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../parts/button.tsx";
import { Field } from "../../parts/form.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { tell } from "../../state/notices.ts";
import { asProblemError } from "../../state/query.ts";
import { user } from "../../state/session.ts";

export function PasswordForm() {
  const text = t.value.account;
  const [error, setError] = useState<ProblemError | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const values = new FormData(form);
    setBusy(true);
    setError(null);
    try {
      await api.me.changePassword(String(values.get("current")), String(values.get("new")));
      form.reset();
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
        {error && (
          <ErrorLine error={error} text={error.code === "invalid_credentials" ? t.value.signin.wrong : undefined} />
        )}
        <Field label={text.currentPassword} name="current" type="password" autocomplete="current-password" required />
        <Field
          label={text.newPassword}
          name="new"
          type="password"
          autocomplete="new-password"
          minLength={8}
          required
          hint={t.value.setup.passwordHint}
        />
        <Button type="submit" busy={busy}>
          {text.change}
        </Button>
      </form>
    </section>
  );
}
