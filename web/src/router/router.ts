import { signal } from "@preact/signals";

/** Where the person is: `path` begins with "/" and is relative to the server's base path. */
export interface Place {
  path: string;
  query: URLSearchParams;
}

const base = new URL(document.baseURI).pathname.replace(/\/?$/, "/");
const SERVER_PATHS = ["api/", "docs", "metrics", "openapi.json"];
const scrolls = new Map<string, number>();
let current = entryKey();

export const place = signal<Place>(read());

/** A path of this UI as a link target below the base path. */
export function href(path: string): string {
  return base + path.replace(/^\//, "");
}

/** Go to `path` (with its query). `replace` leaves no entry to come back to. */
export function navigate(path: string, options: { replace?: boolean } = {}): void {
  const target = href(path);
  if (options.replace) {
    history.replaceState({ key: current, depth: depth() }, "", target);
    place.value = read();
    return;
  }
  scrolls.set(current, window.scrollY);
  current = newKey();
  history.pushState({ key: current, depth: depth() + 1 }, "", target);
  place.value = read();
  window.scrollTo(0, 0);
}

/** Go where the person came from; who came from elsewhere goes to `otherwise`. */
export function goBack(otherwise: string): void {
  if (depth() > 0) history.back();
  else navigate(otherwise, { replace: true });
}

/** Change the query of the current place; null removes a parameter. */
export function setQuery(
  changes: Record<string, string | null>,
  options: { replace?: boolean } = { replace: true },
): void {
  const query = new URLSearchParams(place.value.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  navigate(place.value.path + (text ? `?${text}` : ""), options);
}

export function startRouter(): void {
  history.scrollRestoration = "manual";
  history.replaceState({ key: current, depth: depth() }, "");
  window.addEventListener("popstate", () => {
    scrolls.set(current, window.scrollY);
    current = entryKey();
    place.value = read();
    restoreScroll(scrolls.get(current) ?? 0);
  });
  document.addEventListener("click", followLink);
}

function read(): Place {
  const path = location.pathname.startsWith(base) ? `/${location.pathname.slice(base.length)}` : "/";
  return { path: decodeURI(path), query: new URLSearchParams(location.search) };
}

function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  const link = (event.target as Element).closest?.("a");
  if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (!link.pathname.startsWith(base)) return;
  const path = link.pathname.slice(base.length);
  if (SERVER_PATHS.some((prefix) => path.startsWith(prefix))) return;
  event.preventDefault();
  navigate(`/${path}${link.search}`);
}

/** The page may still be rendering what it had: try until it is tall enough, for half a second. */
function restoreScroll(top: number, until = performance.now() + 500): void {
  window.scrollTo(0, top);
  if (Math.abs(window.scrollY - top) > 2 && performance.now() < until) {
    requestAnimationFrame(() => restoreScroll(top, until));
  }
}

function entryKey(): string {
  return (history.state as { key?: string } | null)?.key ?? newKey();
}

/** How many entries of this visit lie behind the present one. */
function depth(): number {
  return (history.state as { depth?: number } | null)?.depth ?? 0;
}

function newKey(): string {
  return Math.random().toString(36).slice(2);
}
