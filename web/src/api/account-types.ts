/** The wire types of accounts, profiles and protection. */

export type Role = "admin" | "user";
export type Tier = "free" | "premium" | "api";

export interface Provider {
  id: string;
  kind: "password" | "plex" | "oidc" | "device";
  label: string;
}

export interface PlexStart {
  id: string;
  code: string;
  auth_url: string;
  expires_at: string;
}

export interface DeviceStart {
  device_code: string;
  user_code: string;
  verification_url: string;
  verification_url_complete: string;
  expires_in: number;
  interval: number;
  qr_svg: string;
}

/** What asks to be let in with a code. */
export interface DeviceAsking {
  client_name: string;
  address: string;
  created_at: string;
  expires_at: string;
}

export interface Identity {
  id: string;
  provider: string;
  label: string;
  linked_at: string;
  last_used_at: string | null;
}

export interface InvitationOffer {
  tier: Tier;
  role: Role;
  expires_at: string;
  server: string;
}

export interface Profile {
  id: string;
  name: string;
  avatar: string;
  language: string | null;
  /** The oldest age rating it may see, in years; null: everything. */
  max_age: number | null;
  has_pin: boolean;
  is_default: boolean;
  active: boolean;
}

export interface ProfileBody {
  name?: string;
  avatar?: string;
  language?: string | null;
  max_age?: number | null;
  pin?: string | null;
}

export const LIMITS = ["requests_per_day", "downloads_per_day", "streams", "transcodes"] as const;
/** Null: as the tier has it. */
export type Allowances = Record<(typeof LIMITS)[number], number | null>;

export interface AdminUser {
  id: string;
  name: string;
  role: Role;
  tier: Tier;
  disabled: boolean;
  has_password: boolean;
  created_at: string;
  last_seen_at: string | null;
  permissions: string[];
  granted: string[];
  denied: string[];
  limits: Allowances;
  identities: { provider: string; label: string }[];
  /** Whether a code is asked for after the password. */
  second_factor: boolean;
}

export type UserChange = Partial<
  Pick<AdminUser, "name" | "role" | "tier" | "disabled" | "granted" | "denied" | "limits">
>;

export interface Permissions {
  permissions: { name: string; description: string }[];
  tiers: Record<Tier, { permissions: string[]; limits: Allowances }>;
}

/** A link with a secret in its fragment, made for somebody else. */
export interface SecretLink {
  token: string;
  path: string;
  expires_at: string;
}

export interface Invitation {
  id: string;
  tier: Tier;
  role: Role;
  uses: number;
  used: number;
  expires_at: string;
  note: string;
  created_at: string;
}

export interface InvitationBody {
  tier: Tier;
  role: Role;
  uses: number;
  expires_in: number;
  note: string;
}

export interface Block {
  id: string;
  network: string;
  source: "automatic" | "manual";
  rule: string | null;
  evidence: Record<string, unknown>;
  score: number | null;
  offence: number;
  note: string;
  created_at: string;
  expires_at: string | null;
}

export interface Suspect {
  address: string;
  score: number;
  threshold: number;
  findings: { rule: string; points: number; evidence: Record<string, unknown>; at: string }[];
  last_seen_at: string;
}

export interface AddressLists {
  allow: string[];
  deny: string[];
  from_settings: { allow: string[]; deny: string[] };
}

export interface LimitTable {
  backend: "memory" | "redis";
  degraded: boolean;
  period: number;
  classes: { name: string; description: string; period: number }[];
  tiers: Record<string, Record<string, number | null>>;
  callers: number;
}

export interface AuditEntry {
  id: string;
  at: string;
  event: string;
  outcome: "success" | "failure";
  actor: { id: string; name: string } | null;
  subject: { kind: string; id: string; name: string } | null;
  address: string | null;
  device: string | null;
  detail: Record<string, unknown>;
}
