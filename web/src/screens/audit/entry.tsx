import type { AuditEntry } from "../../api/account-types.ts";
import { ago, moment } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { rooms } from "../../i18n/rooms.ts";
import { Icon, type IconName } from "../../parts/icon.tsx";
import { href } from "../../router/router.ts";
import { Evidence } from "../protection/evidence.tsx";
import "../protection/protection.css";

const ICONS: [RegExp, IconName][] = [
  [/^sign_out|^session|^refresh/, "logout"],
  [/^sign_in|^identity/, "user"],
  [/^password/, "lock"],
  [/^user|^role|^profile/, "people"],
  [/^invitation/, "mail"],
  [/^api_key/, "key"],
  [/^second_factor|^recovery/, "shield"],
  [/^device/, "tv"],
  [/^block|^lists/, "shield"],
];

/** One thing that happened: what, who did it to whom, from where, and whether it was refused. */
export function Entry({ entry }: { entry: AuditEntry }) {
  const text = rooms.value.audit;
  const { actor, subject } = entry;
  const icon = ICONS.find(([pattern]) => pattern.test(entry.event))?.[1] ?? "settings";
  // A session bears the name of its device, which is told below.
  const other = subject && subject.id !== actor?.id && subject.name !== entry.device ? subject : null;
  return (
    <li class={`block entry ${entry.outcome}`}>
      <Icon name={icon} size={24} />
      <div class="line-text">
        <p class="block-name">
          <strong>{text.events[entry.event] ?? entry.event}</strong>
          {entry.outcome === "failure" && <span class="tag bad">{text.outcomes.failure}</span>}
        </p>
        <p class="small">
          {actor ? (
            <a class="entry-actor" href={href(`/users/${actor.id}`)}>
              {actor.name}
            </a>
          ) : (
            <span class="quiet">{text.nobody}</span>
          )}
          {other?.name && <span class="quiet"> → {other.name}</span>}
        </p>
        <p class="quiet small numeric">
          <time dateTime={entry.at} title={moment(entry.at)}>
            {ago(entry.at)}
          </time>
          {[entry.address, entry.device].filter(Boolean).map((fact) => ` · ${fact}`)}
        </p>
        <Evidence evidence={entry.detail} label={t.value.action.details} />
      </div>
    </li>
  );
}
