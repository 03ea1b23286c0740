import { useState } from "preact/hooks";
import type { ProblemError } from "../../api/client.ts";
import { api } from "../../api/endpoints.ts";
import { Wordmark } from "../../app/shell.tsx";
import { t } from "../../i18n/index.ts";
import { Button } from "../../parts/button.tsx";
import { Field } from "../../parts/form.tsx";
import { Icon } from "../../parts/icon.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { navigate, place } from "../../router/router.ts";
import { asProblemError } from "../../state/query.ts";
import { sessionEnded, signedIn } from "../../state/session.ts";
import "./door.css";

export default function SignIn() {
  const text = t.value.signin;
  const [error, setError] = useState<ProblemError | null>(null);
  const [busy, setBusy] = useState(false);
  usePageTitle(text.title);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setError(null);
    try {
      const { user } = await api.auth.login(String(form.get("name")).trim(), String(form.get("password")));
      signedIn(user);
      navigate(destination(place.value.query.get("next")), { replace: true });
    } catch (reason) {
      setError(asProblemError(reason));
      setBusy(false);
    }
  };
  return (
    <div class="door">
      <form class="door-panel" onSubmit={submit}>
        <p class="wordmark">
          <Wordmark />
        </p>
        <h1>{text.title}</h1>
        {sessionEnded.value && !error && (
          <p class="door-note" role="status">
            <Icon name="info" />
            {text.ended}
          </p>
        )}
        {error && <ErrorLine error={error} text={error.code === "invalid_credentials" ? text.wrong : undefined} />}
        <Field label={text.name} name="name" autocomplete="username" autocapitalize="none" required autofocus />
        <Field label={text.password} name="password" type="password" autocomplete="current-password" required />
        <Button type="submit" look="primary" busy={busy}>
          {text.submit}
        </Button>
      </form>
    </div>
  );
}

/** Only paths of this UI: never another site. */
function destination(next: string | null): string {
  return next?.startsWith("/") && !next.startsWith("//") ? next : "/";
}
