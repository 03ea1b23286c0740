import type * as accounts from "./account-types.ts";
import { request } from "./client.ts";
import type { components } from "./schema.ts";
import type { CreatedApiKey, User } from "./types.ts";

type Sent<Name extends keyof components["schemas"]> = Required<components["schemas"][Name]>;
type Signal = AbortSignal | undefined;
type Short<T> = { items: T[] };
const id = encodeURIComponent;

/** The calls of the doors: signing in by other ways, invitations and lost passwords. */
export const doors = {
  providers: (signal?: Signal) => request<Short<accounts.Provider>>("GET", "/auth/providers", { signal }),
  startPlex: (purpose: "sign_in" | "link") =>
    request<accounts.PlexStart>("POST", "/auth/plex/start", { body: { purpose } }),
  /** The account once Plex has said yes, nothing where an account was linked; a problem with status 202 while it has not. */
  pollPlex: (flow: string) =>
    request<{ user?: User; code?: string } | undefined>("POST", "/auth/plex/poll", { body: { id: flow } }),
  startDevice: (client_name: string) =>
    request<accounts.DeviceStart>("POST", "/auth/device/start", { body: { client_name } }),
  pollDevice: (device_code: string) => request<{ user: User }>("POST", "/auth/device/poll", { body: { device_code } }),
  inspectDevice: (user_code: string) =>
    request<accounts.DeviceAsking>("POST", "/auth/device/inspect", { body: { user_code } }),
  answerDevice: (user_code: string, approve: boolean) =>
    request<void>("POST", "/auth/device/approve", { body: { user_code, approve } }),
  invitation: (token: string) => request<accounts.InvitationOffer>("POST", "/auth/invitation", { body: { token } }),
  register: (token: string, name: string, password: string) =>
    request<{ user: User }>("POST", "/auth/register", { body: { token, name, password } }),
  resetPassword: (token: string, password: string) =>
    request<void>("POST", "/auth/password-reset", { body: { token, password } }),
};

export const own = {
  rename: (name: string) => request<User>("PATCH", "/me", { body: { name } }),
  rotateKey: (key: string) => request<CreatedApiKey>("POST", `/me/api-keys/${id(key)}/rotate`),
  identities: (signal?: Signal) => request<Short<accounts.Identity>>("GET", "/me/identities", { signal }),
  leave: (current_password: string | null, code: string | null) =>
    request<void>("DELETE", "/me", { body: { current_password, code } }),
  unlink: (identity: string) => request<void>("DELETE", `/me/identities/${id(identity)}`),
};

export type FactorState = Sent<"FactorView">;
export type Enrolment = Sent<"EnrolmentView">;
type RecoveryCodes = Sent<"RecoveryCodesView">;

/** The second factor of one's own account. */
export const factor = {
  state: (signal?: Signal) => request<FactorState>("GET", "/me/second-factor", { signal }),
  begin: (current_password: string) => request<Enrolment>("POST", "/me/second-factor", { body: { current_password } }),
  confirm: (code: string) => request<RecoveryCodes>("POST", "/me/second-factor/confirm", { body: { code } }),
  renew: (current_password: string, code: string) =>
    request<RecoveryCodes>("POST", "/me/second-factor/recovery-codes", { body: { current_password, code } }),
  remove: (current_password: string, code: string) =>
    request<void>("DELETE", "/me/second-factor", { body: { current_password, code } }),
};

export const profiles = {
  list: (signal?: Signal) => request<Short<accounts.Profile>>("GET", "/me/profiles", { signal }),
  create: (body: accounts.ProfileBody) => request<accounts.Profile>("POST", "/me/profiles", { body }),
  change: (profile: string, body: accounts.ProfileBody) =>
    request<accounts.Profile>("PATCH", `/me/profiles/${id(profile)}`, { body }),
  remove: (profile: string) => request<void>("DELETE", `/me/profiles/${id(profile)}`),
  use: (profile: string, pin?: string) =>
    request<{ profile: accounts.Profile }>("POST", `/me/profiles/${id(profile)}/use`, { body: pin ? { pin } : {} }),
};
