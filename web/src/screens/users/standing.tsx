import { useState } from "preact/hooks";
import type { AdminUser, UserChange } from "../../api/account-types.ts";
import { rooms } from "../../i18n/rooms.ts";
import { Button } from "../../parts/button.tsx";
import { Field } from "../../parts/form.tsx";
import { Rank } from "./new-user.tsx";
import type { Change } from "./user.tsx";

/** Name, role and tier. */
export function Standing({ person, onChange }: { person: AdminUser; onChange: Change }) {
  const text = rooms.value.users;
  const [name, setName] = useState(person.name);
  const [role, setRole] = useState(person.role);
  const [tier, setTier] = useState(person.tier);
  const [busy, setBusy] = useState(false);
  const changes: UserChange = {
    ...(name.trim() !== person.name ? { name: name.trim() } : {}),
    ...(role !== person.role ? { role } : {}),
    ...(tier !== person.tier ? { tier } : {}),
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    await onChange(changes);
    setBusy(false);
  };
  return (
    <section class="panel" aria-label={text.about}>
      <h2>{text.about}</h2>
      <form class="room-form" onSubmit={(event) => void submit(event)}>
        <Field
          label={text.name}
          name="name"
          autocomplete="off"
          autocapitalize="none"
          maxLength={64}
          required
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <Rank role={role} tier={tier} onRole={setRole} onTier={setTier} />
        <Button type="submit" look="primary" busy={busy} disabled={!name.trim() || Object.keys(changes).length === 0}>
          {text.save}
        </Button>
      </form>
    </section>
  );
}
