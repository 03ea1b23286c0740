// Canned answers of the wide catalogue, of services and of the cache, for the mock server.
import * as data from "./titles.mjs";

const PEOPLE = ["Ines Marlow", "Tomas Abendroth", "Yuki Castellane", "Robert Quill", "Amara Osei", "Lena Fjord"];
const page = (items, extra = {}) => ({ items, next_cursor: null, degraded: null, ...extra });
const shuffled = (items, step) => items.map((_, index) => items[(index * step + step) % items.length]);
const card = (title, index) => ({ ...title, progress: null, in_library: index % 3 !== 0 });

/** Answers by kind of list: the same titles in another order. */
function listing(kind, name, query) {
  const items = (kind === "movies" ? data.movies : data.shows).map(card);
  const order = { trending: 5, popular: 7, "top-rated": 11, "now-playing": 3, upcoming: 13 }[name] ?? 1;
  const degraded =
    query.get("list") === "old" || name === "upcoming" ? { reason: "upstream_unavailable", age: 18_400 } : null;
  return page(shuffled(items, order), { degraded });
}

function person(id) {
  const name = PEOPLE[Number(id.split("-")[1]) % PEOPLE.length];
  const roles = ["The Keeper", "A Stranger", "Inspector Vale", "Mother", "Himself"];
  return {
    id,
    name,
    biography:
      "Began on small stages by the sea and came to film late, which may be why every part seems to have been waited for.\n\n".repeat(
        5,
      ),
    birthday: "1971-04-12",
    deathday: null,
    place_of_birth: "Porto, Portugal",
    department: "Acting",
    profile: null,
    titles: [
      ...data.all
        .slice(0, 9)
        .map((title, n) => ({ ...card(title, n), role: roles[n % roles.length], department: "cast" })),
      { ...card(data.all[4], 4), role: "Director", department: "crew" },
    ],
    degraded: null,
  };
}

const service = (name, kind, state, extra = {}) => ({
  name,
  kind,
  state,
  breaker: "closed",
  latency_ms: 3.2,
  latency_p95_ms: null,
  checked_at: new Date(Date.now() - 9_000).toISOString(),
  reason: "",
  budget: null,
  in_flight: 0,
  in_flight_limit: null,
  ...extra,
});
const breaker = {
  name: "tmdb",
  kind: "metadata",
  state: "closed",
  forced: false,
  retry_after: null,
  tries: 412,
  failed: 3,
  slow: 1,
  reason: "",
};

export const catalogueRoutes = {
  "GET /discover": ({ query }) => page((query.get("kind") === "show" ? data.shows : data.movies).map(card)),
  "GET /search/suggest": ({ query }) => ({
    items: data.all
      .filter((title) => title.title.toLowerCase().includes(query.get("q").toLowerCase()))
      .map(({ id, kind, title, year }) => ({ id, kind, title, year })),
    degraded: null,
  }),
  "GET /services": () =>
    page([
      service("tmdb", "metadata", breaker.state === "closed" ? "up" : "down", {
        breaker: breaker.state,
        latency_ms: 84,
        latency_p95_ms: 310,
        budget: { rate: 40, left: 37, waiting: 0, paused_for: 0 },
        reason: breaker.state === "closed" ? "" : "Tripped by anna.",
      }),
      service("database", "database", "up"),
      service("jobs", "jobs", "up"),
      service("cache", "cache", "degraded", { reason: "Redis does not answer; memory carries on." }),
    ]),
  "GET /admin/breakers": () => page([breaker]),
  "POST /admin/breakers/tmdb/trip": () => Object.assign(breaker, { state: "open", forced: true }),
  "POST /admin/breakers/tmdb/reset": () => Object.assign(breaker, { state: "closed", forced: false }),
};

/** What an address with a changing part answers, undefined for those of others. */
export function catalogueAnswer(parts, query) {
  const [area, second, third] = parts;
  if (area === "people") return person(second);
  if (
    (area === "movies" || area === "shows") &&
    ["trending", "popular", "top-rated", "now-playing", "upcoming"].includes(second)
  )
    return listing(area, second, query);
  if ((area === "movies" || area === "shows") && ["similar", "recommendations"].includes(third))
    return listing(area, third === "similar" ? "top-rated" : "trending", query);
  return undefined;
}

/** What a title has more than before: videos, people to follow, an age rating. */
export function widened(title) {
  return {
    ...title,
    certification: "12",
    status: "Released",
    keywords: [],
    degraded: null,
    videos: [
      {
        name: "Official Trailer",
        site: "YouTube",
        key: "aaaaaaaaaaa",
        type: "Trailer",
        official: true,
        language: "en",
      },
      { name: "A first look", site: "YouTube", key: "bbbbbbbbbbb", type: "Teaser", official: true, language: "en" },
    ],
    credits: {
      ...title.credits,
      cast: title.credits.cast.map((one, n) => ({ ...one, id: `person-${n}` })),
    },
  };
}
