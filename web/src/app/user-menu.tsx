import { useEffect, useRef, useState } from "preact/hooks";
import type { Profile } from "../api/account-types.ts";
import { profiles as calls } from "../api/accounts.ts";
import { t } from "../i18n/index.ts";
import { Avatar } from "../parts/avatar.tsx";
import { Icon, type IconName } from "../parts/icon.tsx";
import { href, navigate, place } from "../router/router.ts";
import { tellProblem } from "../state/notices.ts";
import { useQuery } from "../state/query.ts";
import { isAdmin, isRestricted, profile, signedIn, signOut, user } from "../state/session.ts";

/** The round button with the picture of who is watching, and what it opens. */
export function UserMenu() {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const text = t.value.nav;
  const name = profile.value?.name ?? user.value?.name ?? "";
  useEffect(() => setOpen(false), [place.value]);
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => !root.current?.contains(event.target as Node) && setOpen(false);
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    root.current?.querySelector<HTMLElement>(".user-panel :is(a, button)")?.focus();
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
    };
  }, [open]);
  const close = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !open) return;
    setOpen(false);
    root.current?.querySelector("button")?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes the menu from anywhere in it.
    <div class="user-menu" ref={root} onKeyDown={close}>
      <button type="button" class="avatar" aria-expanded={open} aria-label={text.menu} onClick={() => setOpen(!open)}>
        <Avatar avatar={profile.value?.avatar} name={name} />
      </button>
      {open && <Panel name={name} />}
    </div>
  );
}

function Panel({ name }: { name: string }) {
  const text = t.value.nav;
  const role = text.roles[user.value?.role ?? "user"];
  return (
    <div class="user-panel">
      <p>
        <Avatar avatar={profile.value?.avatar} name={name} size={40} />
        <span>
          <strong>{name}</strong>
          <span class="quiet small user-who">{name === user.value?.name ? role : user.value?.name}</span>
        </span>
      </p>
      <Others />
      <ul>
        {!isRestricted.value && <Entry to="/account" icon="user" label={text.account} />}
        {isAdmin.value && <Entry to="/manage" icon="folder" label={text.manage} />}
        {isAdmin.value && <Entry to="/users" icon="settings" label={text.admin} />}
        <li>
          <button type="button" onClick={() => void signOut()}>
            <Icon name="logout" />
            {text.signOut}
          </button>
        </li>
      </ul>
    </div>
  );
}

function Entry({ to, icon, label }: { to: string; icon: IconName; label: string }) {
  return (
    <li>
      <a href={href(to)}>
        <Icon name={icon} />
        {label}
      </a>
    </li>
  );
}

/** The other profiles of the account: one press goes over, or asks for the PIN. */
function Others() {
  const text = t.value.nav;
  const several = (user.value?.profiles_count ?? 1) > 1;
  const all = useQuery(several ? "profiles" : null, (signal) => calls.list(signal));
  const go = (to: Profile) => {
    if (to.has_pin) navigate(`/profiles?enter=${encodeURIComponent(to.id)}`);
    else void switchTo(to);
  };
  const others = all.data?.items.filter((each) => each.id !== profile.value?.id) ?? [];
  return (
    <ul>
      {others.map((each) => (
        <li key={each.id}>
          <button type="button" aria-label={text.switchTo(each.name)} onClick={() => go(each)}>
            <Avatar avatar={each.avatar} name={each.name} size={28} />
            <span class="user-who">{each.name}</span>
          </button>
        </li>
      ))}
      {(several || !isRestricted.value) && <Entry to="/profiles" icon="people" label={text.profiles} />}
    </ul>
  );
}

async function switchTo(to: Profile): Promise<void> {
  try {
    await calls.use(to.id);
    await signedIn();
    navigate("/");
  } catch (reason) {
    tellProblem(reason);
  }
}
