import type { AdminUser, UserChange } from "../../api/account-types.ts";
import { admin } from "../../api/admin.ts";
import type { ScreenProps } from "../../app/screens.tsx";
import { ago, date } from "../../i18n/format.ts";
import { rooms } from "../../i18n/rooms.ts";
import { AdminOnly } from "../../parts/admin-only.tsx";
import { LinkButton } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { initials } from "../../parts/initials.ts";
import { ErrorNotice, Late } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { href } from "../../router/router.ts";
import { tell, tellProblem } from "../../state/notices.ts";
import { asProblemError, invalidate, remember, useQuery } from "../../state/query.ts";
import { Access } from "./access.tsx";
import { Limits } from "./limits.tsx";
import { Permissions } from "./permissions.tsx";
import { Standing } from "./standing.tsx";
import "../../parts/panel.css";
import "./users.css";

/** One account, as an administrator may change it. */
export default function User({ parameters }: ScreenProps) {
  return (
    <AdminOnly>
      <UserBody id={parameters.id as string} />
    </AdminOnly>
  );
}

/** Changes the account and shows what became of it; false where it was refused. */
export type Change = (body: UserChange, done?: string) => Promise<boolean>;

function UserBody({ id }: { id: string }) {
  const text = rooms.value.users;
  const key = `user:${id}`;
  const found = useQuery(key, (signal) => admin.user(id, signal));
  const rights = useQuery("permissions", (signal) => admin.permissions(signal));
  usePageTitle(found.data?.name ?? text.title);
  const change: Change = async (body, done = text.saved) => {
    try {
      remember(key, await admin.changeUser(id, body));
      tell(done);
    } catch (reason) {
      if (asProblemError(reason).problem.status === 412) tell(text.changedMeanwhile, "problem");
      else tellProblem(reason);
      invalidate(key);
      return false;
    }
    invalidate("users:");
    invalidate(key);
    return true;
  };
  if (found.error && !found.data) return <ErrorNotice whole error={found.error} retry={found.reload} />;
  if (!found.data)
    return (
      <Late>
        <div class="page room">
          <div class="bone room-bone" />
        </div>
      </Late>
    );
  const person = found.data;
  return (
    <div class="page room">
      <Head person={person} />
      <Standing key={`${person.name} ${person.role} ${person.tier}`} person={person} onChange={change} />
      <Access person={person} onChange={change} />
      {rights.data && <Permissions person={person} rights={rights.data} onChange={change} />}
      {rights.data && (
        <Limits key={JSON.stringify(person.limits)} person={person} rights={rights.data} onChange={change} />
      )}
      <p class="quiet small account-foot">
        <a class="text-link alone" href={href(`/audit?user=${person.id}`)}>
          {text.audit}
        </a>
      </p>
    </div>
  );
}

function Head({ person }: { person: AdminUser }) {
  const text = rooms.value.users;
  const seen = person.last_seen_at ? text.seen(ago(person.last_seen_at)) : text.neverSeen;
  return (
    <>
      <LinkButton to="/users" icon="left" look="quiet" class="room-back">
        {text.back}
      </LinkButton>
      <div class="page-head member-head">
        <span class="member-initials big" aria-hidden="true">
          {initials(person.name).toUpperCase()}
        </span>
        <div>
          <h1>{person.name}</h1>
          <p class="quiet">
            {[text.roles[person.role], text.since(date(person.created_at)), seen].join(" · ")}
            {person.disabled && (
              <span class="tag warn member-off">
                <Icon name="lock" size={14} />
                {text.disabled}
              </span>
            )}
          </p>
        </div>
      </div>
    </>
  );
}
