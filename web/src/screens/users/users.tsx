import { useEffect, useState } from "preact/hooks";
import type { AdminUser } from "../../api/account-types.ts";
import { admin } from "../../api/admin.ts";
import { ago } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { rooms } from "../../i18n/rooms.ts";
import { AdminOnly } from "../../parts/admin-only.tsx";
import { Button, LinkButton } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { initials } from "../../parts/initials.ts";
import { Listing } from "../../parts/listing.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { href, place, setQuery } from "../../router/router.ts";
import { usePages } from "../../state/pages.ts";
import { user as me } from "../../state/session.ts";
import { NewUser } from "./new-user.tsx";
import "./users.css";

const PAUSE = 250;

/** Everybody who has an account here. */
export default function Users() {
  usePageTitle(rooms.value.users.title);
  return (
    <AdminOnly>
      <UsersBody />
    </AdminOnly>
  );
}

function UsersBody() {
  const text = rooms.value.users;
  const q = place.value.query.get("q") ?? "";
  const [adding, setAdding] = useState(false);
  const pages = usePages<AdminUser>(`users:${q}`, (cursor, signal) => admin.users({ q, cursor, limit: 50 }, signal));
  return (
    <div class="page room">
      <div class="page-head">
        <h1>{text.title}</h1>
        <div class="panel-actions">
          <LinkButton to="/invitations" icon="mail">
            {text.invite}
          </LinkButton>
          <Button icon="plus" look="primary" onClick={() => setAdding(true)}>
            {text.add}
          </Button>
        </div>
      </div>
      <SearchField q={q} />
      <Listing
        pages={pages}
        label={text.title}
        none={{ icon: "people", title: text.none, text: text.noneText }}
        class="members"
      >
        {(person) => <Person key={person.id} person={person} />}
      </Listing>
      {adding && <NewUser onClose={() => setAdding(false)} />}
    </div>
  );
}

function SearchField({ q }: { q: string }) {
  const text = rooms.value.users;
  const [value, setValue] = useState(q);
  useEffect(() => {
    if (value.trim() === q) return;
    const timer = setTimeout(() => setQuery({ q: value.trim() }), PAUSE);
    return () => clearTimeout(timer);
  }, [value, q]);
  return (
    <label class="member-search">
      <Icon name="search" />
      <span class="hidden-visually">{text.search}</span>
      <input
        type="search"
        value={value}
        placeholder={text.search}
        autocomplete="off"
        onInput={(event) => setValue(event.currentTarget.value)}
      />
    </label>
  );
}

function Person({ person }: { person: AdminUser }) {
  const text = rooms.value.users;
  const seen = person.last_seen_at ? text.seen(ago(person.last_seen_at)) : text.neverSeen;
  return (
    <li class={person.disabled ? "off" : ""}>
      <a class="member-line" href={href(`/users/${person.id}`)}>
        <span class="member-initials" aria-hidden="true">
          {initials(person.name).toUpperCase()}
        </span>
        <span class="line-text">
          <span class="member-name">
            {person.name}
            {person.id === me.value?.id && <span class="quiet small"> {text.you}</span>}
          </span>
          <span class="quiet small">{[seen, ...person.identities.map((each) => each.provider)].join(" · ")}</span>
        </span>
        <span class="tags">
          {person.second_factor && (
            <span class="tag">
              <Icon name="shield" size={14} />
              {text.factor}
            </span>
          )}
          {person.disabled && <span class="tag warn">{text.disabled}</span>}
          <span class={person.role === "admin" ? "tag strong" : "tag"}>
            {person.role === "admin" ? text.roles.admin : (text.tiers[person.tier] ?? person.tier)}
          </span>
        </span>
        <Icon name="right" size={18} />
        <span class="hidden-visually">{t.value.action.details}</span>
      </a>
    </li>
  );
}
