import { computed, signal } from "@preact/signals";
import { ProblemError } from "../api/client.ts";
import { api } from "../api/endpoints.ts";
import type { Me } from "../api/types.ts";
import { speak } from "../i18n/index.ts";
import { href, navigate, place } from "../router/router.ts";
import { forgetAll } from "./query.ts";

/** undefined while it is not known yet. */
export const user = signal<Me | null | undefined>(undefined);
export const profile = computed(() => user.value?.profile ?? null);
/** Whether the profile has a maturity limit: it then sees no rooms of the account and of the operator. */
export const isRestricted = computed(() => profile.value !== null && profile.value.max_age !== null);
export const isAdmin = computed(
  () => user.value?.role === "admin" && !user.value.second_factor_needed && !isRestricted.value,
);
/** Whether visitors without an account may browse. */
export const isPublic = signal(false);
/** Why the server could not be asked at all. */
export const startProblem = signal<ProblemError | null>(null);
/** Whether the person was signed in and no longer is. */
export const sessionEnded = signal(false);

const DOORS = ["/setup", "/signin", "/join", "/reset"];
const BROWSING = /^\/($|discover$|search$|movies\/|shows\/|people\/)/;

/** Whether `path` is for people who are not signed in. */
export const isDoor = (path: string): boolean => DOORS.includes(path);

/** Whether a visitor without an account may be at `path`. */
export const isOpen = (path: string): boolean => isDoor(path) || (isPublic.value && BROWSING.test(path));

/** Finds out who is here, and leads to set-up or sign-in when nobody is and the page is not for visitors. */
export async function findUser(): Promise<void> {
  startProblem.value = null;
  try {
    meet(await api.me.read());
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    if (error.problem.status !== 401) {
      startProblem.value = error;
      return;
    }
    user.value = null;
    await chooseDoor();
  }
}

async function chooseDoor(): Promise<void> {
  const state = await api.setup.state().catch(() => null);
  isPublic.value = state?.catalog_access === "public";
  const { path } = place.value;
  if (state?.needs_admin) {
    if (path !== "/setup") navigate("/setup", { replace: true });
  } else if (path === "/setup" || !isOpen(path)) {
    toSignIn();
  }
}

function meet(me: Me): void {
  user.value = me;
  speak(me.profile?.language ?? null);
}

/** Somebody has just been let in: what was known of before is forgotten. */
export async function signedIn(): Promise<void> {
  forgetAll();
  meet(await api.me.read());
  sessionEnded.value = false;
}

/** The same, and then on to `next`; who shares the account says first who is watching. */
export async function enter(next: string): Promise<void> {
  await signedIn();
  if (user.value?.second_factor_needed) {
    navigate("/account", { replace: true });
    return;
  }
  const several = (user.value?.profiles_count ?? 1) > 1;
  const choose = next === "/" ? "/profiles" : `/profiles?next=${encodeURIComponent(next)}`;
  navigate(several ? choose : next, { replace: true });
}

/** The address of the sign-in page that leads back here. */
export function signInPath(): string {
  const { path, query } = place.value;
  if (path === "/" || isDoor(path)) return "/signin";
  // The code of a device that waits is in the fragment.
  const code = path === "/link" ? location.hash : "";
  return `/signin?next=${encodeURIComponent(path + (query.size ? `?${query}` : "") + code)}`;
}

/** Leave for the sign-in page, and come back here afterwards. */
export function toSignIn(): void {
  const { path } = place.value;
  if (isDoor(path) && path !== "/setup") return;
  navigate(signInPath(), { replace: true });
}

/** Where to go after the door: only paths of this UI, never another site. Pure. */
export function destination(next: string | null): string {
  return next?.startsWith("/") && !/^\/[/\\]/.test(next) ? next : "/";
}

/** Called when an answer says that the credential is no longer good. */
export function lostSession(): void {
  if (!user.value) return;
  user.value = null;
  sessionEnded.value = true;
  toSignIn();
}

/** The account is gone: nothing of it stays in this page. */
export function leftForGood(): void {
  forgetAll();
  location.assign(href(isPublic.value ? "/" : "/signin"));
}

export async function signOut(): Promise<void> {
  const answer = await api.auth.logout().catch(() => null);
  forgetAll();
  // A page that is loaded anew keeps nothing of whoever was here.
  location.assign(answer?.redirect_to ?? href(isPublic.value ? "/" : "/signin"));
}
