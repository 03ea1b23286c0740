import { useEffect, useState } from "preact/hooks";
import type { DeviceAsking } from "../../api/account-types.ts";
import { doors } from "../../api/accounts.ts";
import type { ProblemError } from "../../api/client.ts";
import { ago } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { personal } from "../../i18n/personal.ts";
import { Button, LinkButton } from "../../parts/button.tsx";
import { Field } from "../../parts/form.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { asProblemError } from "../../state/query.ts";
import { user } from "../../state/session.ts";
import { useCarried } from "../doors/carried.ts";
import { Door, DoorNote } from "../doors/door.tsx";
import { userCode } from "./user-code.ts";
import "./link.css";

type Step = { kind: "code" } | { kind: "asks"; device: DeviceAsking } | { kind: "answered"; approved: boolean };

/** Lets another device in: its code is entered here, it is shown who asks, and the person says yes or no. */
export default function Link() {
  const text = personal.value.link;
  const given = useCarried("code");
  const [code, setCode] = useState(userCode(given ?? ""));
  const [step, setStep] = useState<Step>({ kind: "code" });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ProblemError | null>(null);
  usePageTitle(text.title);
  const run = async (act: () => Promise<Step>) => {
    setBusy(true);
    setError(null);
    try {
      setStep(await act());
    } catch (reason) {
      setError(asProblemError(reason));
      setStep({ kind: "code" });
    }
    setBusy(false);
  };
  const inspect = () => run(async () => ({ kind: "asks", device: await doors.inspectDevice(code) }));
  const answer = (approve: boolean) =>
    run(async () => {
      await doors.answerDevice(code, approve);
      return { kind: "answered", approved: approve };
    });
  useEffect(() => {
    if (code) void inspect();
  }, []);
  const again = () => {
    setCode("");
    setStep({ kind: "code" });
  };
  if (step.kind === "answered")
    return (
      <Door
        title={step.approved ? text.approved : text.denied}
        text={step.approved ? text.approvedText : text.deniedText}
      >
        <LinkButton look="primary" to="/">
          {t.value.action.goHome}
        </LinkButton>
        <Button look="quiet" onClick={again}>
          {text.another}
        </Button>
      </Door>
    );
  if (step.kind === "asks")
    return <Asks device={step.device} code={code} busy={busy} onAnswer={(yes) => void answer(yes)} onAgain={again} />;
  return (
    <Door title={text.title} text={text.text}>
      {error && <ErrorLine error={error} text={error.problem.status === 404 ? text.unknown : undefined} />}
      <form
        class="door-form link-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (code) void inspect();
        }}
      >
        <Field
          label={text.code}
          name="code"
          value={code}
          autocomplete="one-time-code"
          autocapitalize="none"
          spellcheck={false}
          maxLength={12}
          required
          autofocus
          onInput={(event) => setCode(userCode(event.currentTarget.value))}
        />
        <Button type="submit" look="primary" busy={busy}>
          {text.next}
        </Button>
      </form>
    </Door>
  );
}

interface AsksProps {
  device: DeviceAsking;
  code: string;
  busy: boolean;
  onAnswer: (approve: boolean) => void;
  onAgain: () => void;
}

function Asks({ device, code, busy, onAnswer, onAgain }: AsksProps) {
  const text = personal.value.link;
  return (
    <Door title={text.asks(device.client_name)}>
      <p class="link-code">{code}</p>
      <p class="quiet">
        {text.facts(device.address, ago(device.created_at))}
        <br />
        {user.value && text.as(user.value.name)}
      </p>
      <DoorNote icon="shield">{text.warning}</DoorNote>
      <div class="link-answers">
        <Button look="primary" icon="check" busy={busy} onClick={() => onAnswer(true)}>
          {text.approve}
        </Button>
        <Button icon="close" disabled={busy} onClick={() => onAnswer(false)}>
          {text.deny}
        </Button>
      </div>
      <Button look="quiet" onClick={onAgain}>
        {text.another}
      </Button>
    </Door>
  );
}
