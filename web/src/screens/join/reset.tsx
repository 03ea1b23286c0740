import { useState } from "preact/hooks";
import { doors } from "../../api/accounts.ts";
import type { ProblemError } from "../../api/client.ts";
import { personal } from "../../i18n/personal.ts";
import { Button, LinkButton } from "../../parts/button.tsx";
import { NewPassword } from "../../parts/new-password.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { passwordFault } from "../../parts/password-strength.ts";
import { asProblemError } from "../../state/query.ts";
import { useCarried } from "../doors/carried.ts";
import { Door } from "../doors/door.tsx";
import { fieldFault } from "../doors/field-fault.ts";
import { DeadEnd, isGone } from "./join.tsx";

/** Where an administrator's reset link leads: a new password. */
export default function Reset() {
  const { reset: text, join, signin } = personal.value;
  const token = useCarried("token");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const [error, setError] = useState<ProblemError | null>(null);
  usePageTitle(text.title);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (!token || passwordFault(password)) return;
    setBusy(true);
    setError(null);
    try {
      await doors.resetPassword(token, password);
      setDone(true);
    } catch (reason) {
      setError(asProblemError(reason));
    }
    setBusy(false);
  };
  if (!token) return <DeadEnd title={join.missing} text={join.missingText} />;
  if (error && isGone(error)) return <DeadEnd title={text.gone} text={text.goneText} />;
  if (done)
    return (
      <Door title={text.done} text={text.doneText}>
        <LinkButton look="primary" to="/signin">
          {signin.title}
        </LinkButton>
      </Door>
    );
  const refused = fieldFault(error, "password");
  return (
    <Door title={text.title} text={text.text}>
      {error && !refused && <ErrorLine error={error} />}
      <form class="door-form" onSubmit={(event) => void submit(event)} noValidate>
        <NewPassword
          label={text.password}
          value={password}
          tried={tried}
          refused={refused}
          autofocus
          onChange={(value) => {
            setPassword(value);
            if (refused) setError(null);
          }}
        />
        <Button type="submit" look="primary" busy={busy}>
          {text.submit}
        </Button>
      </form>
    </Door>
  );
}
