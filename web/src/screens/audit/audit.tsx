import type { AuditEntry } from "../../api/account-types.ts";
import { admin } from "../../api/admin.ts";
import { t } from "../../i18n/index.ts";
import { rooms } from "../../i18n/rooms.ts";
import { AdminOnly } from "../../parts/admin-only.tsx";
import { Button } from "../../parts/button.tsx";
import { Segments, Select } from "../../parts/form.tsx";
import { Listing } from "../../parts/listing.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { place, setQuery } from "../../router/router.ts";
import { usePages } from "../../state/pages.ts";
import { useQuery } from "../../state/query.ts";
import { Entry } from "./entry.tsx";
import { auditQuery } from "./filters.ts";
import "./audit.css";

/** What happened to accounts and settings, newest first. The filters are in the address. */
export default function Audit() {
  usePageTitle(rooms.value.audit.title);
  return (
    <AdminOnly>
      <AuditBody />
    </AdminOnly>
  );
}

function AuditBody() {
  const text = rooms.value.audit;
  const { query } = place.value;
  const filters = auditQuery(query);
  const pages = usePages<AuditEntry>(`audit:${JSON.stringify(filters)}`, (cursor, signal) =>
    admin.audit({ ...filters, cursor, limit: 50 }, signal),
  );
  return (
    <div class="page room">
      <div class="page-head">
        <div>
          <h1>{text.title}</h1>
          <p class="quiet">{text.text}</p>
        </div>
        <Button icon="refresh" onClick={pages.refresh}>
          {t.value.action.refresh}
        </Button>
      </div>
      <Filters />
      <Listing pages={pages} label={text.title} none={{ icon: "history", title: text.none, text: text.noneText }}>
        {(entry) => <Entry key={entry.id} entry={entry} />}
      </Listing>
    </div>
  );
}

function Filters() {
  const text = rooms.value.audit;
  const { query } = place.value;
  const user = query.get("user");
  const person = useQuery(user ? `user:${user}` : null, (signal) => admin.user(user as string, signal));
  const events = [["", text.every] as const, ...Object.entries(text.events).sort(([, a], [, b]) => a.localeCompare(b))];
  const outcomes = (["all", "success", "failure"] as const).map(
    (each) => [each, text.outcomes[each] as string] as const,
  );
  const day = (name: "since" | "until", label: string) => (
    <label class="audit-day">
      <span class="select-label">{label}</span>
      <input
        type="date"
        value={query.get(name) ?? ""}
        onChange={(event) => setQuery({ [name]: event.currentTarget.value || null })}
      />
    </label>
  );
  return (
    <div class="audit-filters">
      <Select
        label={text.event}
        quiet
        value={query.get("event") ?? ""}
        options={events}
        onChoose={(event) => setQuery({ event: event || null })}
      />
      <Segments
        label={text.outcome}
        value={(query.get("outcome") ?? "all") as "all" | "success" | "failure"}
        options={outcomes}
        onChoose={(outcome) => setQuery({ outcome: outcome === "all" ? null : outcome })}
      />
      <div class="audit-days">
        {day("since", text.since)}
        {day("until", text.until)}
      </div>
      {user && (
        <Button icon="close" class="audit-person" onClick={() => setQuery({ user: null })}>
          <span>{person.data?.name ?? user}</span>
        </Button>
      )}
    </div>
  );
}
