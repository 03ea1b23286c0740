import { useState } from "preact/hooks";
import { type AdminUser, type Allowances, LIMITS, type Permissions as Rights } from "../../api/account-types.ts";
import { rooms } from "../../i18n/rooms.ts";
import { Button } from "../../parts/button.tsx";
import { Field } from "../../parts/form.tsx";
import { limitOf } from "./rights.ts";
import type { Change } from "./user.tsx";

/** How much a person may use; empty fields are the tier's. */
export function Limits({ person, rights, onChange }: { person: AdminUser; rights: Rights; onChange: Change }) {
  const text = rooms.value.users;
  const [typed, setTyped] = useState(() =>
    Object.fromEntries(LIMITS.map((name) => [name, person.limits[name]?.toString() ?? ""])),
  );
  const [busy, setBusy] = useState(false);
  const usual = rights.tiers[person.tier]?.limits;
  const wanted = Object.fromEntries(LIMITS.map((name) => [name, limitOf(typed[name] ?? "")]));
  const wrong = LIMITS.some((name) => wanted[name] === undefined);
  const same = LIMITS.every((name) => wanted[name] === person.limits[name]);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    await onChange({ limits: wanted as Allowances });
    setBusy(false);
  };
  return (
    <section class="panel" aria-label={text.limits}>
      <div class="panel-head">
        <div>
          <h2>{text.limits}</h2>
          <p class="quiet small">{text.limitsText}</p>
        </div>
      </div>
      <form class="room-form" onSubmit={(event) => void submit(event)}>
        <div class="limit-fields">
          {LIMITS.map((name) => (
            <Field
              key={name}
              label={text.limit[name] ?? name}
              name={name}
              autocomplete="off"
              maxLength={6}
              value={typed[name]}
              placeholder={person.role === "admin" ? text.unlimited : (usual?.[name]?.toString() ?? text.unlimited)}
              fault={wanted[name] === undefined ? "0, 1, 2 …" : null}
              onInput={(event) => setTyped({ ...typed, [name]: event.currentTarget.value })}
            />
          ))}
        </div>
        <Button type="submit" look="primary" busy={busy} disabled={wrong || same}>
          {text.save}
        </Button>
      </form>
    </section>
  );
}
