import type { AdminUser, Permissions as Rights } from "../../api/account-types.ts";
import { rooms } from "../../i18n/rooms.ts";
import { Segments } from "../../parts/form.tsx";
import { Icon } from "../../parts/icon.tsx";
import { type Right, rightOf, withRight } from "./rights.ts";
import type { Change } from "./user.tsx";

/** What a person may do: as the tier has it, or granted or denied to them alone. */
export function Permissions({ person, rights, onChange }: { person: AdminUser; rights: Rights; onChange: Change }) {
  const text = rooms.value.users;
  const states = (["tier", "granted", "denied"] as const).map((each) => [each, text.states[each] as string] as const);
  const admin = person.role === "admin";
  return (
    <section class="panel" aria-label={text.permissions}>
      <div class="panel-head">
        <div>
          <h2>{text.permissions}</h2>
          <p class="quiet small">{admin ? text.adminMay : text.permissionsText}</p>
        </div>
      </div>
      {!admin && (
        <ul class="lines">
          {rights.permissions.map(({ name, description }) => {
            const allowed = person.permissions.includes(name);
            const label = text.permission[name] ?? description;
            return (
              <li key={name} class={allowed ? "right on" : "right"}>
                <Icon name={allowed ? "check" : "close"} size={20} />
                <div class="line-text">
                  <p>{label}</p>
                  <p class="quiet small">
                    {text.tierState(rights.tiers[person.tier]?.permissions.includes(name) ?? false)}
                  </p>
                </div>
                <Segments<Right>
                  label={label}
                  value={rightOf(person, name)}
                  options={states}
                  onChoose={(right) => void onChange(withRight(person, name, right))}
                />
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
