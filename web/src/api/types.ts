/** The wire types, as the server describes them in openapi.json (`npm run types` writes schema.ts from it). */
import type { components } from "./schema.ts";

type Schemas = components["schemas"];

/** What the server sends: every member is there, even where the description gives it a default. */
type Sent<T> = T extends readonly (infer U)[]
  ? Sent<U>[]
  : T extends object
    ? { [K in keyof T]-?: Exclude<Sent<T[K]>, undefined> }
    : T;

export type Kind = Schemas["TitleCard"]["kind"];
type Optional = "errors" | "retry_after";
/** An error of the server's, or one made here in the same shape. */
export type Problem = Omit<Schemas["Problem"], Optional> & Partial<Pick<Schemas["Problem"], Optional>>;

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export type SetupView = Sent<Schemas["SetupView"]>;
export type SetupBody = Partial<Schemas["SetupBody"]> & Pick<Schemas["SetupBody"], "name" | "password">;
export type User = Sent<Schemas["UserView"]>;
export type Me = Sent<Schemas["MeView"]>;
export type DeviceSession = Sent<Schemas["SessionView"]>;
export type ApiKey = Sent<Schemas["ApiKeyView"]>;
export type CreatedApiKey = Sent<Schemas["CreatedApiKeyView"]>;

export type Degraded = Sent<Schemas["Degraded"]>;
export type ItemProgress = Sent<Schemas["ItemProgress"]>;
export type TitleCard = Sent<Schemas["TitleCard"]>;
export type HomeView = Sent<Schemas["HomeView"]>;
export type Genre = Sent<Schemas["GenreEntry"]>;
export type TitleList = Page<TitleCard> & { degraded: Degraded | null };
export type ItemSummary = Sent<Schemas["ItemSummary"]>;
/** A film or a show; only shows have seasons. */
export type TitleView = Sent<Schemas["MovieView"]> & Partial<Pick<Sent<Schemas["ShowView"]>, "seasons">>;
export type Episode = Sent<Schemas["EpisodeView"]>;
export type Season = Sent<Schemas["SeasonView"]>;
export type SearchHit = Sent<Schemas["SearchHit"]>;
export type Suggestion = Sent<Schemas["Suggestion"]>;
export type Person = Sent<Schemas["PersonView"]>;
export type VideoLink = Sent<Schemas["VideoLink"]>;
export type Listing = "trending" | "popular" | "top-rated" | "now-playing" | "upcoming";
export type Relation = "similar" | "recommendations";

export type FileDetail = Sent<Schemas["FileView"]>;
export type ItemDetail = Sent<Schemas["ItemView"]>;
export type Folder = Sent<Schemas["FolderView"]>;
export type BrowseView = Sent<Schemas["BrowseView"]>;
export type LibraryProblem = Sent<Schemas["ProblemView"]>;

export type Service = Sent<Schemas["ServiceOut"]>;
export type Breaker = Sent<Schemas["BreakerOut"]>;
export type CacheFigures = Sent<Schemas["CacheFigures"]>;
export type CachePurge = Partial<Schemas["CachePurge"]>;
export type Job = Sent<Schemas["JobOut"]>;
export type Schedule = Sent<Schemas["ScheduleOut"]>;

export type PreparedItem = Sent<Schemas["PreparedView"]>;
export type Capabilities = Partial<Schemas["CapabilitiesIn"]>;
export type PlaybackSession = Sent<Schemas["StreamingSessionView"]>;
export type TitleProgress = Sent<Schemas["TitleProgressView"]>;
export type ProgressBody = Omit<Required<Schemas["ReportBody"]>, "item_id">;

export type ServerEvent =
  | { type: "job"; data: Job }
  | { type: "library"; data: Record<string, number> }
  | { type: string; data: unknown };
