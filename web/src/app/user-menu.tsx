import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { Icon, type IconName } from "../parts/icon.tsx";
import { href, place } from "../router/router.ts";
import { isAdmin, signOut, user } from "../state/session.ts";

/** The round button with the person's initial, and what it opens. */
export function UserMenu() {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const text = t.value.nav;
  useEffect(() => setOpen(false), [place.value]);
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => !root.current?.contains(event.target as Node) && setOpen(false);
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    root.current?.querySelector<HTMLElement>("a")?.focus();
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
  const entry = (to: string, icon: IconName, label: string) => (
    <li>
      <a href={href(to)}>
        <Icon name={icon} />
        {label}
      </a>
    </li>
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes the menu from anywhere in it.
    <div class="user-menu" ref={root} onKeyDown={close}>
      <button type="button" class="avatar" aria-expanded={open} aria-label={text.menu} onClick={() => setOpen(!open)}>
        {user.value?.name.slice(0, 1).toUpperCase()}
      </button>
      {open && (
        <div class="user-panel">
          <p>
            <strong>{user.value?.name}</strong>
            <span class="quiet small">{t.value.account.roles[user.value?.role ?? "user"]}</span>
          </p>
          <ul>
            {entry("/account", "user", text.account)}
            {isAdmin.value && entry("/manage", "folder", text.manage)}
            {isAdmin.value && entry("/jobs", "list", text.jobs)}
            {isAdmin.value && entry("/services", "pulse", text.services)}
            {isAdmin.value && entry("/cache", "database", text.cache)}
            <li>
              <button type="button" onClick={() => void signOut()}>
                <Icon name="logout" />
                {text.signOut}
              </button>
            </li>
          </ul>
        </div>
      )}
    </div>
  );
}
