/** The wire types of the server that the UI reads. Runtimes are minutes, durations seconds, sizes bytes, times RFC 3339. */

export type Kind = "movie" | "show";
export type Role = "admin" | "user";

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: string;
  category: string;
  correlation_id: string;
  retry_after?: number | null;
  errors?: { location: string; message: string; code: string }[];
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface SetupView {
  needs_admin: boolean;
  needs_token: boolean;
  demo: boolean;
  folders: string[];
  version: string;
}

export interface SetupBody {
  name: string;
  password: string;
  token?: string;
  library_path?: string;
  demo?: boolean;
}

export interface User {
  id: string;
  name: string;
  role: Role;
  tier: string;
}

export interface Me extends User {
  scopes: string[];
  created_at: string;
}

export interface DeviceSession {
  id: string;
  device: string;
  address: string;
  current: boolean;
  created_at: string;
  last_seen_at: string;
  expires_at: string;
}

export interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  scopes: string[];
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}

export interface CreatedApiKey extends ApiKey {
  key: string;
}

export interface ItemProgress {
  position: number;
  duration: number;
  watched: boolean;
  item_id: string;
}

export interface TitleCard {
  id: string;
  kind: Kind;
  title: string;
  year: number | null;
  overview: string;
  poster: string | null;
  poster_color: string | null;
  backdrop: string | null;
  genres: string[];
  runtime: number | null;
  vote_average: number | null;
  added_at: string | null;
  demo: boolean;
  progress: ItemProgress | null;
}

export interface HomeRow {
  id: string;
  title: string;
  items: TitleCard[];
}

export interface HomeView {
  hero: TitleCard | null;
  rows: HomeRow[];
}

export interface Genre {
  id: string;
  name: string;
}

export interface FileSummary {
  id: string;
  name: string;
  size: number;
  container: string | null;
  video_codec: string | null;
  height: number | null;
  hdr: string | null;
  duration: number | null;
  state: "ok" | "broken" | "missing";
}

export interface ItemSummary {
  id: string;
  title_id: string;
  kind: "movie" | "episode";
  season: number | null;
  episode: number | null;
  name: string;
  duration: number | null;
  files: FileSummary[];
}

export interface VideoFacts {
  codec: string;
  profile: string | null;
  level: number | string | null;
  width: number;
  height: number;
  bit_depth: number | null;
  hdr: string | null;
  frame_rate: number | null;
  rotation: number | null;
}

export interface AudioTrack {
  index: number;
  codec?: string;
  channels?: number | null;
  language: string | null;
  title: string | null;
  default?: boolean;
}

export interface SubtitleTrack {
  index: number;
  codec?: string;
  language: string | null;
  title: string | null;
  forced: boolean;
  default?: boolean;
  text?: boolean;
  external?: boolean;
}

export interface Chapter {
  start: number;
  end: number;
  title: string | null;
}

export interface FileDetail extends FileSummary {
  path?: string | null;
  video: VideoFacts | null;
  audio: AudioTrack[];
  subtitles: SubtitleTrack[];
  chapters: Chapter[];
}

export interface ItemDetail extends Omit<ItemSummary, "files"> {
  files: FileDetail[];
}

export interface TitleView {
  id: string;
  kind: Kind;
  title: string;
  original_title: string;
  overview: string;
  tagline: string;
  release_date: string | null;
  year: number | null;
  runtime: number | null;
  genres: Genre[];
  vote_average: number | null;
  vote_count: number;
  poster: string | null;
  poster_color: string | null;
  backdrop: string | null;
  credits: {
    cast: { id: string | null; name: string; character: string; profile: string | null }[];
    crew: { id: string | null; name: string; job: string }[];
  };
  attribution: string;
  demo: boolean;
  matched: boolean;
  added_at: string | null;
  library: { available: boolean; items: ItemSummary[] };
  progress: ItemProgress | null;
  seasons?: { number: number; name: string; episode_count: number; poster: string | null }[];
}

export interface Episode {
  season: number;
  number: number;
  name: string;
  overview: string;
  air_date: string | null;
  runtime: number | null;
  still: string | null;
  item_id: string | null;
  progress: ItemProgress | null;
}

export interface Season {
  number: number;
  name: string;
  overview: string;
  poster: string | null;
  episodes: Episode[];
}

export interface SearchHit {
  id: string;
  kind: Kind;
  title: string;
  year: number | null;
  overview: string;
  poster: string | null;
  poster_color: string | null;
  score: number;
}

export interface Folder {
  id: string;
  path: string;
  kind: "movies" | "shows" | "mixed";
  origin: "user" | "settings" | "demo";
  files: number;
  scanned_at: string | null;
  created_at: string;
}

export interface BrowseView {
  path: string;
  parent: string | null;
  folders: { name: string; path: string }[];
}

export interface LibraryProblem {
  path: string;
  code: string;
  message: string;
  seen_at: string;
}

export type JobState = "queued" | "running" | "succeeded" | "failed" | "cancelled" | (string & {});

export interface Job {
  id: string;
  name: string;
  title: string;
  queue: string;
  state: JobState;
  progress: number | null;
  done: number | null;
  total: number | null;
  message: string | null;
  result: Record<string, unknown> | null;
  error: string | null;
  attempts: number;
  created_at: string;
  started_at: string | null;
  updated_at: string;
  finished_at: string | null;
}

export interface Rendition {
  name: string;
  width: number;
  height: number;
  bandwidth: number;
}

export interface Capabilities {
  video_codecs: string[];
  audio_codecs: string[];
  containers: string[];
  hdr?: boolean;
  max_height?: number;
  max_bitrate?: number;
}

export interface PlaybackSession {
  id: string;
  decision: { method: "direct" | "remux" | "transcode"; reasons: { code: string; text: string }[] };
  master_url: string | null;
  file_url: string | null;
  resume_position: number | null;
  expires_at: string;
  item: ItemSummary;
  duration: number | null;
  next_item_id: string | null;
  audio: AudioTrack[];
  subtitles: SubtitleTrack[];
  chapters: Chapter[];
  renditions: Rendition[];
  trickplay_url: string | null;
}

export interface ProgressBody {
  position: number;
  duration: number;
  state: "playing" | "paused" | "stopped";
  device: string;
  client_time: string;
  sequence: number;
}

export type ServerEvent =
  | { type: "job"; data: Job }
  | { type: "library"; data: Record<string, number> }
  | { type: string; data: unknown };
