import { useState } from "preact/hooks";
import { own } from "../../api/accounts.ts";
import type { ProblemError } from "../../api/client.ts";
import { personal } from "../../i18n/personal.ts";
import { Button } from "../../parts/button.tsx";
import { Field } from "../../parts/form.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { tell } from "../../state/notices.ts";
import { asProblemError } from "../../state/query.ts";
import { findUser, user } from "../../state/session.ts";

/** The name that one signs in with. */
export function NameForm() {
  const text = personal.value.account;
  const present = user.value?.name ?? "";
  const [name, setName] = useState(present);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ProblemError | null>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await own.rename(name.trim());
      await findUser();
      tell(text.renamed);
    } catch (reason) {
      setError(asProblemError(reason));
    }
    setBusy(false);
  };
  return (
    <section class="panel" aria-label={text.yours}>
      <h2>{text.yours}</h2>
      <form class="password-form" onSubmit={(event) => void submit(event)}>
        {error && <ErrorLine error={error} />}
        <Field
          label={text.name}
          name="own-name"
          autocomplete="off"
          autocapitalize="none"
          maxLength={64}
          required
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" busy={busy} disabled={!name.trim() || name.trim() === present}>
          {text.rename}
        </Button>
      </form>
    </section>
  );
}
