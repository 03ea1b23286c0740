import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { Icon, type IconName } from "../parts/icon.tsx";
import { moveFocus } from "../parts/spatial.ts";
import { href, navigate, place } from "../router/router.ts";
import { signInPath, user } from "../state/session.ts";
import { PageKeys } from "./page-keys.tsx";
import { UserMenu } from "./user-menu.tsx";
import "./shell.css";

/** What is around every screen but the player and the doors. */
export function Shell({ children }: { children: ComponentChildren }) {
  const main = useRef<HTMLElement>(null);
  const [help, setHelp] = useState(false);
  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      const typing = (event.target as Element).closest?.("input, textarea, select, [contenteditable]");
      const plain = !typing && !event.ctrlKey && !event.metaKey && !document.querySelector("dialog[open]");
      if (event.key === "/" && plain) {
        event.preventDefault();
        goSearch();
      } else if (event.key === "?" && plain) setHelp(true);
      else if (main.current && !typing) moveFocus(event, main.current);
    };
    const scrolled = () => document.documentElement.toggleAttribute("data-scrolled", window.scrollY > 24);
    scrolled();
    document.addEventListener("keydown", keys);
    window.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      document.removeEventListener("keydown", keys);
      window.removeEventListener("scroll", scrolled);
    };
  }, []);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {t.value.nav.skip}
      </button>
      <Header />
      <main id="main" ref={main} tabIndex={-1}>
        {children}
      </main>
      <Tabs />
      {help && <PageKeys onClose={() => setHelp(false)} />}
    </>
  );
}

export function Wordmark() {
  return (
    <>
      <svg class="mark" viewBox="0 0 40 32" width="35" height="28" aria-hidden="true">
        <path
          d="M6 28V11l14 11 14-11v17"
          fill="none"
          stroke="currentColor"
          stroke-width="5"
          stroke-linejoin="round"
          stroke-linecap="round"
        />
        <circle cx="20" cy="6" r="3.500" class="lamp" />
      </svg>
      <span>Matinee</span>
    </>
  );
}

function Header() {
  const { path } = place.value;
  const text = t.value.nav;
  return (
    <header class="header">
      <a class="wordmark" href={href("/")} aria-label={`Matinee, ${text.home}`}>
        <Wordmark />
      </a>
      <nav class="header-nav" aria-label={text.main}>
        {links().map(([to, , label]) => (
          <a key={to} href={href(to)} aria-current={isHere(to, path) ? "page" : undefined}>
            {label}
          </a>
        ))}
      </nav>
      <button type="button" class="header-search" onClick={goSearch} aria-keyshortcuts="/">
        <Icon name="search" size={18} />
        <span>{text.searchHint}</span>
        <kbd>/</kbd>
      </button>
      {user.value ? (
        <UserMenu />
      ) : (
        <a class="button primary header-sign-in" href={href(signInPath())}>
          {text.signIn}
        </a>
      )}
    </header>
  );
}

function Tabs() {
  const { path } = place.value;
  const text = t.value.nav;
  const tabs: Link[] = [...links(), ["/search", "search", text.search]];
  return (
    <nav class="tabs" aria-label={text.main}>
      {tabs.map(([to, icon, label]) => (
        <a key={to} href={href(to)} aria-current={isHere(to, path) ? "page" : undefined}>
          <Icon name={icon} size={24} />
          {label}
        </a>
      ))}
    </nav>
  );
}

type Link = [string, IconName, string];

function links(): Link[] {
  const text = t.value.nav;
  const library: Link[] = [
    ["/library/movies", "film", text.movies],
    ["/library/shows", "tv", text.shows],
  ];
  return [["/", "home", text.home], ...(user.value ? library : []), ["/discover", "compass", text.discover]];
}

function isHere(to: string, path: string): boolean {
  return to === "/" ? path === "/" : path.startsWith(to);
}

function goSearch(): void {
  if (place.value.path === "/search") document.querySelector<HTMLInputElement>("input[type=search]")?.focus();
  else navigate("/search");
}
