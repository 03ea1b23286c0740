import { computed, signal } from "@preact/signals";
import { ProblemError } from "../api/client.ts";
import { api } from "../api/endpoints.ts";
import type { User } from "../api/types.ts";
import { navigate, place } from "../router/router.ts";
import { forgetAll } from "./query.ts";

/** undefined while it is not known yet. */
export const user = signal<User | null | undefined>(undefined);
export const isAdmin = computed(() => user.value?.role === "admin");
/** Why the server could not be asked at all. */
export const startProblem = signal<ProblemError | null>(null);
/** Whether the person was signed in and no longer is. */
export const sessionEnded = signal(false);

const PUBLIC = ["/setup", "/signin"];

/** Finds out who is here, and leads to set-up or sign-in when nobody is. */
export async function findUser(): Promise<void> {
  startProblem.value = null;
  try {
    user.value = await api.me.read();
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
  if (state?.needs_admin) {
    if (place.value.path !== "/setup") navigate("/setup", { replace: true });
  } else if (place.value.path === "/setup" || !PUBLIC.includes(place.value.path)) {
    toSignIn();
  }
}

export function signedIn(who: User): void {
  forgetAll();
  sessionEnded.value = false;
  user.value = who;
}

/** Leave for the sign-in page, and come back here afterwards. */
export function toSignIn(): void {
  const { path, query } = place.value;
  if (PUBLIC.includes(path) && path !== "/setup") return;
  const here = path + (query.size ? `?${query}` : "");
  navigate(path === "/" || path === "/setup" ? "/signin" : `/signin?next=${encodeURIComponent(here)}`, {
    replace: true,
  });
}

/** Called when an answer says that the credential is no longer good. */
export function lostSession(): void {
  if (!user.value) return;
  user.value = null;
  sessionEnded.value = true;
  toSignIn();
}

export async function signOut(): Promise<void> {
  await api.auth.logout().catch(() => undefined);
  forgetAll();
  user.value = null;
  navigate("/signin");
}
