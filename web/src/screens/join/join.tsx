import { useEffect, useState } from "preact/hooks";
import type { InvitationOffer } from "../../api/account-types.ts";
import { doors } from "../../api/accounts.ts";
import type { ProblemError } from "../../api/client.ts";
import { date } from "../../i18n/format.ts";
import { personal } from "../../i18n/personal.ts";
import { Button, LinkButton } from "../../parts/button.tsx";
import { ErrorLine, Late } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { asProblemError } from "../../state/query.ts";
import { enter } from "../../state/session.ts";
import { useCarried } from "../doors/carried.ts";
import { Door, DoorNote } from "../doors/door.tsx";
import { fieldFault } from "../doors/field-fault.ts";
import { NewAccount } from "../doors/new-account.tsx";

/** Where an invitation leads: a name, a password, and in. */
export default function Join() {
  const text = personal.value.join;
  const token = useCarried("token");
  const [offer, setOffer] = useState<InvitationOffer | null>(null);
  const [error, setError] = useState<ProblemError | null>(null);
  usePageTitle(text.title);
  const ask = () => {
    setError(null);
    if (token) doors.invitation(token).then(setOffer, (reason: unknown) => setError(asProblemError(reason)));
  };
  useEffect(ask, [token]);
  if (!token) return <DeadEnd title={text.missing} text={text.missingText} />;
  if (error && isGone(error)) return <DeadEnd title={text.gone} text={text.goneText} />;
  if (error)
    return (
      <Door title={text.title}>
        <ErrorLine error={error} />
        <Button icon="refresh" onClick={ask}>
          {personal.value.signin.again}
        </Button>
      </Door>
    );
  if (!offer)
    return (
      <Late>
        <Door title={text.title} />
      </Late>
    );
  return <JoinForm token={token} offer={offer} />;
}

function JoinForm({ token, offer }: { token: string; offer: InvitationOffer }) {
  const text = personal.value.join;
  const [gone, setGone] = useState(false);
  const create = async (name: string, password: string) => {
    try {
      await doors.register(token, name, password);
    } catch (reason) {
      if (!isGone(asProblemError(reason))) throw reason;
      return setGone(true);
    }
    await enter("/");
  };
  if (gone) return <DeadEnd title={text.gone} text={text.goneText} />;
  return (
    <Door title={text.title} text={text.text(offer.server)}>
      {offer.role === "admin" && <DoorNote icon="key">{text.admin}</DoorNote>}
      <NewAccount labels={text} create={create} />
      <p class="quiet small">{text.until(date(offer.expires_at))}</p>
    </Door>
  );
}

/** A link that leads nowhere, and the way to the front door. */
export function DeadEnd({ title, text }: { title: string; text: string }) {
  return (
    <Door title={title} text={text}>
      <LinkButton to="/signin">{personal.value.signin.title}</LinkButton>
    </Door>
  );
}

/** Whether an error says that the link itself is no longer good. */
export function isGone(error: ProblemError): boolean {
  const { status } = error.problem;
  return status === 404 || status === 410 || (status === 422 && fieldFault(error, "token") !== null);
}
