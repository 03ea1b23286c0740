import { useState } from "preact/hooks";
import type { Invitation, SecretLink } from "../../api/account-types.ts";
import { admin } from "../../api/admin.ts";
import { date } from "../../i18n/format.ts";
import { rooms } from "../../i18n/rooms.ts";
import { AdminOnly } from "../../parts/admin-only.tsx";
import { Button } from "../../parts/button.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Listing } from "../../parts/listing.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { SecretLinkDialog } from "../../parts/secret-link.tsx";
import { tell, tellProblem } from "../../state/notices.ts";
import { usePages } from "../../state/pages.ts";
import { invalidate } from "../../state/query.ts";
import { NewInvitation } from "./new-invitation.tsx";
import "./users.css";

/** The links by which others make accounts of their own. */
export default function Invitations() {
  usePageTitle(rooms.value.invitations.title);
  return (
    <AdminOnly>
      <InvitationsBody />
    </AdminOnly>
  );
}

function InvitationsBody() {
  const text = rooms.value.invitations;
  const pages = usePages<Invitation>("invitations", (cursor, signal) => admin.invitations(cursor, signal));
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<SecretLink | null>(null);
  const [revoking, setRevoking] = useState<Invitation | null>(null);
  const revoke = async (invitation: Invitation) => {
    await admin.revokeInvitation(invitation.id).then(() => tell(text.revoked), tellProblem);
    invalidate("invitations");
  };
  return (
    <div class="page room">
      <div class="page-head">
        <div>
          <h1>{text.title}</h1>
          <p class="quiet">{text.text}</p>
        </div>
        <Button icon="plus" look="primary" onClick={() => setAdding(true)}>
          {text.add}
        </Button>
      </div>
      <Listing pages={pages} label={text.title} none={{ icon: "mail", title: text.none, text: text.noneText }}>
        {(each) => <Line key={each.id} invitation={each} onRevoke={() => setRevoking(each)} />}
      </Listing>
      {adding && (
        <NewInvitation
          onClose={() => setAdding(false)}
          onMade={(link) => {
            setAdding(false);
            setMade(link);
            invalidate("invitations");
          }}
        />
      )}
      {made && <SecretLinkDialog title={text.created} link={made} onClose={() => setMade(null)} />}
      {revoking && (
        <Confirm
          title={text.revokeAsk}
          text={text.revokeText}
          action={text.revoke}
          onConfirm={() => void revoke(revoking)}
          onClose={() => setRevoking(null)}
        />
      )}
    </div>
  );
}

function Line({ invitation, onRevoke }: { invitation: Invitation; onRevoke: () => void }) {
  const { invitations: text, users } = rooms.value;
  const over = Date.parse(invitation.expires_at) < Date.now();
  const usedUp = invitation.used >= invitation.uses;
  const facts = [
    text.used(invitation.used, invitation.uses),
    usedUp ? text.usedUp : over ? text.over : text.until(date(invitation.expires_at)),
  ];
  const rank = invitation.role === "admin" ? users.roles.admin : users.tiers[invitation.tier];
  return (
    <li class={over || usedUp ? "off" : ""}>
      <Icon name="mail" size={24} />
      <div class="line-text">
        <p class="invitation-note">
          <strong>{invitation.note || date(invitation.created_at)}</strong>
          <span class={invitation.role === "admin" ? "tag strong" : "tag"}>{rank}</span>
        </p>
        <p class="quiet small numeric">{facts.join(" · ")}</p>
      </div>
      <Button onClick={onRevoke}>{text.revoke}</Button>
    </li>
  );
}
