import { language } from "../i18n/index.ts";
import { ProblemError, type QueryValue, request } from "./client.ts";
import type * as wire from "./types.ts";

type Signal = AbortSignal | undefined;
const id = encodeURIComponent;
/** Null for what the server says there is none of. */
const orNull = <T>(answer: Promise<T>): Promise<T | null> =>
  answer.catch((error: unknown) => {
    if (error instanceof ProblemError && error.problem.status === 404) return null;
    throw error;
  });
/** The catalogue is asked in the language of the page. */
const place = () => ({ language: language.value });

/** Every call that the UI makes, by area. */
export const api = {
  setup: {
    state: (signal?: Signal) => request<wire.SetupView>("GET", "/setup", { signal }),
    complete: (body: wire.SetupBody) => request<{ user: wire.User }>("POST", "/setup", { body }),
  },
  auth: {
    /** Without the code, where one is asked for, the problem `second_factor_required`. */
    login: (name: string, password: string, code?: string) =>
      request<{ user: wire.User }>("POST", "/auth/login", { body: { name, password, ...(code ? { code } : {}) } }),
    /** Ends the session; says where the sign-in at another service can be ended, too. */
    logout: () => request<{ redirect_to: string | null }>("POST", "/auth/oidc/logout"),
  },
  me: {
    read: () => request<wire.Me>("GET", "/me"),
    sessions: (signal?: Signal) => request<wire.Page<wire.DeviceSession>>("GET", "/me/sessions", { signal }),
    endSession: (session: string) => request<void>("DELETE", `/me/sessions/${id(session)}`),
    keys: (signal?: Signal) => request<wire.Page<wire.ApiKey>>("GET", "/me/api-keys", { signal }),
    createKey: (body: { name: string; scopes: string[]; expires_in: number | null }) =>
      request<wire.CreatedApiKey>("POST", "/me/api-keys", { body }),
    deleteKey: (key: string) => request<void>("DELETE", `/me/api-keys/${id(key)}`),
    isListed: (title: string, signal?: Signal) =>
      orNull(request("GET", `/me/watchlist/${id(title)}`, { signal })).then((found) => found !== null),
    list: (title: string) => request<unknown>("PUT", `/me/watchlist/${id(title)}`),
    unlist: (title: string) => request<void>("DELETE", `/me/watchlist/${id(title)}`),
    rating: (title: string, signal?: Signal) =>
      orNull(request<{ rating: number }>("GET", `/me/ratings/${id(title)}`, { signal })).then(
        (found) => found?.rating ?? null,
      ),
    rate: (title: string, rating: number) => request<unknown>("PUT", `/me/ratings/${id(title)}`, { body: { rating } }),
    unrate: (title: string) => request<void>("DELETE", `/me/ratings/${id(title)}`),
    changePassword: (current_password: string, new_password: string) =>
      request<void>("PUT", "/me/password", { body: { current_password, new_password } }),
  },
  catalog: {
    home: (signal?: Signal) => request<wire.HomeView>("GET", "/home", { query: place(), signal }),
    title: (kind: wire.Kind, title: string, signal?: Signal) =>
      request<wire.TitleView>("GET", `/${kind}s/${id(title)}`, { query: place(), signal }),
    season: (show: string, number: number, signal?: Signal) =>
      request<wire.Season>("GET", `/shows/${id(show)}/seasons/${number}`, { query: place(), signal }),
    related: (kind: wire.Kind, title: string, relation: wire.Relation, signal?: Signal) =>
      request<wire.TitleList>("GET", `/${kind}s/${id(title)}/${relation}`, { query: place(), signal }),
    listing: (kind: wire.Kind, listing: wire.Listing, query: Record<string, QueryValue>, signal?: Signal) =>
      request<wire.TitleList>("GET", `/${kind}s/${listing}`, { query: { ...query, ...place() }, signal }),
    discover: (query: Record<string, QueryValue>, signal?: Signal) =>
      request<wire.TitleList>("GET", "/discover", { query: { ...query, ...place() }, signal }),
    person: (person: string, signal?: Signal) =>
      request<wire.Person>("GET", `/people/${id(person)}`, { query: place(), signal }),
    search: (query: Record<string, QueryValue>, signal?: Signal) =>
      request<wire.Page<wire.SearchHit> & { degraded: wire.Degraded | null }>("GET", "/search", {
        query: { ...query, ...place() },
        signal,
      }),
    suggest: (q: string, signal?: Signal) =>
      request<{ items: wire.Suggestion[] }>("GET", "/search/suggest", { query: { q, ...place() }, signal }),
    /** All genres, or those of which the library has something. */
    genres: (library: boolean, signal?: Signal) =>
      request<{ items: wire.Genre[] }>("GET", "/genres", { query: { library: library || null, ...place() }, signal }),
  },
  library: {
    list: (kind: wire.Kind, query: Record<string, QueryValue>, signal?: Signal) =>
      request<wire.Page<wire.TitleCard>>("GET", `/library/${kind}s`, { query, signal }),
    item: (item: string, signal?: Signal) => request<wire.ItemDetail>("GET", `/library/items/${id(item)}`, { signal }),
    folders: (signal?: Signal) => request<wire.Page<wire.Folder>>("GET", "/library/folders", { signal }),
    addFolder: (path: string, kind: wire.Folder["kind"]) =>
      request<wire.Folder>("POST", "/library/folders", { body: { path, kind } }),
    removeFolder: (folder: string) => request<void>("DELETE", `/library/folders/${id(folder)}`),
    browse: (path: string | null, signal?: Signal) =>
      request<wire.BrowseView>("GET", "/library/browse", { query: { path }, signal }),
    scan: (body: { folder_id?: string; full?: boolean }) =>
      request<{ job_id: string; state: string }>("POST", "/library/scan", { body }),
    problems: (cursor: string | null, signal?: Signal) =>
      request<wire.Page<wire.LibraryProblem>>("GET", "/library/problems", { query: { cursor, limit: 50 }, signal }),
    demo: (signal?: Signal) => request<{ installed: boolean }>("GET", "/library/demo", { signal }),
    installDemo: () => request<{ job_id: string }>("POST", "/library/demo"),
    removeDemo: () => request<void>("DELETE", "/library/demo"),
  },
  playback: {
    open: (body: { title_id?: string; item_id?: string; capabilities: wire.Capabilities }) =>
      request<wire.PlaybackSession>("POST", "/streaming/sessions", { body }),
    close: (session: string) => request<void>("DELETE", `/streaming/sessions/${id(session)}`, { keepalive: true }),
    progressOf: (title: string, signal?: Signal) =>
      request<wire.TitleProgress>("GET", `/streaming/progress/${id(title)}`, { signal }),
    prepared: (signal?: Signal) => request<wire.Page<wire.PreparedItem>>("GET", "/streaming/prepared", { signal }),
    prepare: (body: { title_id?: string; item_id?: string }) =>
      request<{ job_id: string }>("POST", "/streaming/prepare", { body }),
    dropPrepared: (item: string) => request<void>("DELETE", `/streaming/prepared/${id(item)}`),
    progress: (title: string, item: string | null, body: wire.ProgressBody, keepalive: boolean) =>
      request<{ position: number; watched: boolean }>("POST", `/streaming/progress/${id(title)}`, {
        query: { item_id: item },
        body,
        keepalive,
      }),
  },
  services: {
    list: (refresh: boolean, signal?: Signal) =>
      request<wire.Page<wire.Service>>("GET", "/services", { query: { refresh: refresh || null }, signal }),
    check: (name: string) => request<wire.Service>("POST", `/services/${id(name)}/check`),
    breakers: (signal?: Signal) => request<wire.Page<wire.Breaker>>("GET", "/admin/breakers", { signal }),
    trip: (name: string) => request<wire.Breaker>("POST", `/admin/breakers/${id(name)}/trip`),
    reset: (name: string) => request<wire.Breaker>("POST", `/admin/breakers/${id(name)}/reset`),
  },
  cache: {
    figures: (signal?: Signal) => request<wire.CacheFigures>("GET", "/admin/cache", { signal }),
    purge: (body: wire.CachePurge) => request<{ removed: number }>("POST", "/admin/cache/purge", { body }),
    warm: () => request<{ job_id: string }>("POST", "/admin/cache/warm"),
  },
  jobs: {
    list: (query: Record<string, QueryValue>, signal?: Signal) =>
      request<wire.Page<wire.Job>>("GET", "/admin/jobs", { query, signal }),
    read: (job: string, signal?: Signal) => request<wire.Job>("GET", `/admin/jobs/${id(job)}`, { signal }),
    cancel: (job: string) => request<wire.Job>("POST", `/admin/jobs/${id(job)}/cancel`),
    schedules: (signal?: Signal) => request<{ items: wire.Schedule[] }>("GET", "/admin/schedules", { signal }),
    retry: (job: string) => request<wire.Job>("POST", `/admin/jobs/${id(job)}/retry`),
  },
};
