import type * as accounts from "./account-types.ts";
import { type QueryValue, request } from "./client.ts";
import type { DeviceSession, Page } from "./types.ts";

type Signal = AbortSignal | undefined;
type Short<T> = { items: T[] };
type Query = Record<string, QueryValue>;
const id = encodeURIComponent;

/** The calls of the operator's rooms about people and protection. */
export const admin = {
  users: (query: Query, signal?: Signal) => request<Page<accounts.AdminUser>>("GET", "/admin/users", { query, signal }),
  user: (user: string, signal?: Signal) => request<accounts.AdminUser>("GET", `/admin/users/${id(user)}`, { signal }),
  createUser: (body: { name: string; password: string; role: accounts.Role; tier: accounts.Tier }) =>
    request<accounts.AdminUser>("POST", "/admin/users", { body }),
  changeUser: (user: string, body: accounts.UserChange) =>
    request<accounts.AdminUser>("PATCH", `/admin/users/${id(user)}`, { body }),
  deleteUser: (user: string) => request<void>("DELETE", `/admin/users/${id(user)}`),
  resetLink: (user: string) => request<accounts.SecretLink>("POST", `/admin/users/${id(user)}/password-reset`),
  resetFactor: (user: string) => request<void>("DELETE", `/admin/users/${id(user)}/second-factor`),
  sessions: (user: string, signal?: Signal) =>
    request<Short<DeviceSession>>("GET", `/admin/users/${id(user)}/sessions`, { signal }),
  endSessions: (user: string) => request<void>("DELETE", `/admin/users/${id(user)}/sessions`),
  permissions: (signal?: Signal) => request<accounts.Permissions>("GET", "/admin/permissions", { signal }),
  invitations: (cursor: string | null, signal?: Signal) =>
    request<Page<accounts.Invitation>>("GET", "/admin/invitations", { query: { cursor }, signal }),
  invite: (body: accounts.InvitationBody) =>
    request<accounts.Invitation & accounts.SecretLink>("POST", "/admin/invitations", { body }),
  revokeInvitation: (invitation: string) => request<void>("DELETE", `/admin/invitations/${id(invitation)}`),
  audit: (query: Query, signal?: Signal) =>
    request<Page<accounts.AuditEntry>>("GET", "/admin/audit", { query, signal }),
  limits: (signal?: Signal) => request<accounts.LimitTable>("GET", "/admin/limits", { signal }),
  blocks: (cursor: string | null, signal?: Signal) =>
    request<Page<accounts.Block>>("GET", "/admin/blocks", { query: { cursor }, signal }),
  block: (body: { network: string; expires_in: number | null; note: string }) =>
    request<accounts.Block>("POST", "/admin/blocks", { body }),
  unblock: (block: string) => request<void>("DELETE", `/admin/blocks/${id(block)}`),
  suspects: (signal?: Signal) => request<Short<accounts.Suspect>>("GET", "/admin/blocks/suspects", { signal }),
  lists: (signal?: Signal) => request<accounts.AddressLists>("GET", "/admin/blocks/lists", { signal }),
  changeLists: (body: { allow: string[]; deny: string[] }) =>
    request<accounts.AddressLists>("PUT", "/admin/blocks/lists", { body }),
};
