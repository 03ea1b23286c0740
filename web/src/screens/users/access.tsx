import { useState } from "preact/hooks";
import type { AdminUser, SecretLink } from "../../api/account-types.ts";
import { admin } from "../../api/admin.ts";
import { ago } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { rooms } from "../../i18n/rooms.ts";
import { Button } from "../../parts/button.tsx";
import { Confirm, Dialog } from "../../parts/dialog.tsx";
import { Field } from "../../parts/form.tsx";
import { Icon } from "../../parts/icon.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { SecretLinkDialog } from "../../parts/secret-link.tsx";
import { navigate } from "../../router/router.ts";
import { tell, tellProblem } from "../../state/notices.ts";
import { invalidate, useQuery } from "../../state/query.ts";
import { user as me } from "../../state/session.ts";
import type { Change } from "./user.tsx";

/** Whether and where a person gets in: devices, a link for a lost password, switching off, deleting. */
export function Access({ person, onChange }: { person: AdminUser; onChange: Change }) {
  const text = rooms.value.users;
  const [link, setLink] = useState<SecretLink | null>(null);
  const [deleting, setDeleting] = useState(false);
  const [taking, setTaking] = useState(false);
  const takeFactor = async () => {
    await admin.resetFactor(person.id).then(() => tell(text.factorGone), tellProblem);
    for (const key of [`user:${person.id}`, `user-sessions:${person.id}`, "users:"]) invalidate(key);
  };
  const self = person.id === me.value?.id;
  const makeLink = () => admin.resetLink(person.id).then(setLink, tellProblem);
  return (
    <section class="panel" aria-label={text.access}>
      <h2>{text.access}</h2>
      <Sessions person={person} />
      <ul class="lines">
        {person.identities.length > 0 && (
          <li>
            <Icon name="key" size={24} />
            <div class="line-text">
              <p>{text.identities}</p>
              <p class="quiet small">
                {person.identities
                  .map(({ provider, label }) => [provider, label].filter(Boolean).join(": "))
                  .join(", ")}
              </p>
            </div>
          </li>
        )}
        <li>
          <Icon name="mail" size={24} />
          <div class="line-text">
            <p>{text.reset}</p>
            <p class="quiet small">{text.resetText}</p>
          </div>
          <Button onClick={() => void makeLink()}>{text.resetMake}</Button>
        </li>
        {!self && person.second_factor && (
          <li>
            <Icon name="shield" size={24} />
            <div class="line-text">
              <p>{text.factor}</p>
              <p class="quiet small">{text.factorOn}</p>
            </div>
            <Button onClick={() => setTaking(true)}>{text.factorTake}</Button>
          </li>
        )}
        {!self && (
          <li>
            <Icon name="lock" size={24} />
            <div class="line-text">
              <p>{person.disabled ? text.disabled : text.disable}</p>
              <p class="quiet small">{text.disableText}</p>
            </div>
            <Button
              onClick={() =>
                void onChange({ disabled: !person.disabled }, person.disabled ? text.enabledDone : text.disabledDone)
              }
            >
              {person.disabled ? text.enable : text.disable}
            </Button>
          </li>
        )}
        {!self && (
          <li>
            <Icon name="trash" size={24} />
            <div class="line-text">
              <p>{text.delete}</p>
              <p class="quiet small">{text.deleteText}</p>
            </div>
            <Button look="danger" onClick={() => setDeleting(true)}>
              {t.value.action.delete}
            </Button>
          </li>
        )}
      </ul>
      {link && <SecretLinkDialog title={text.reset} link={link} onClose={() => setLink(null)} />}
      {taking && (
        <Confirm
          title={text.factorAsk}
          text={text.factorText}
          action={text.factorTake}
          onConfirm={() => void takeFactor()}
          onClose={() => setTaking(false)}
        />
      )}
      {deleting && <DeletePerson person={person} onClose={() => setDeleting(false)} />}
    </section>
  );
}

function Sessions({ person }: { person: AdminUser }) {
  const text = rooms.value.users;
  const key = `user-sessions:${person.id}`;
  const sessions = useQuery(key, (signal) => admin.sessions(person.id, signal));
  const end = async () => {
    await admin.endSessions(person.id).then(() => tell(text.signedOut), tellProblem);
    invalidate(key);
  };
  const items = sessions.data?.items ?? [];
  return (
    <>
      {sessions.error && <ErrorLine error={sessions.error} />}
      <ul class="lines">
        <li>
          <Icon name="tv" size={24} />
          <div class="line-text">
            <p>{text.sessions}</p>
            {sessions.data && items.length === 0 && <p class="quiet small">{text.noSessions}</p>}
            {items.map((session) => (
              <p class="quiet small" key={session.id}>
                {[session.device, session.address, ago(session.last_seen_at)].join(" · ")}
              </p>
            ))}
          </div>
          {items.length > 0 && <Button onClick={() => void end()}>{text.signOut}</Button>}
        </li>
      </ul>
    </>
  );
}

/** Asks for the name, because nothing brings an account back. */
function DeletePerson({ person, onClose }: { person: AdminUser; onClose: () => void }) {
  const text = rooms.value.users;
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const remove = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await admin.deleteUser(person.id);
      invalidate("users:");
      tell(text.deleted);
      navigate("/users", { replace: true });
    } catch (reason) {
      tellProblem(reason);
      onClose();
    }
  };
  return (
    <Dialog title={text.deleteAsk(person.name)} onClose={onClose}>
      <form class="room-form" onSubmit={(event) => void remove(event)}>
        <p>{text.deleteText}</p>
        <Field
          label={text.deleteConfirm(person.name)}
          name="confirm"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <div class="dialog-actions">
          <Button onClick={onClose}>{t.value.action.cancel}</Button>
          <Button type="submit" look="danger" icon="trash" busy={busy} disabled={typed.trim() !== person.name}>
            {t.value.action.delete}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
