// A server of canned answers for working on the UI alone: `npm run mock`, then http://127.0.0.1:8471. State is in memory.
// ?state=empty|setup|error on any page changes what it pretends to be.
import { spawnSync } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { catalogueAnswer, catalogueRoutes, widened } from "./catalogue.mjs";
import { draw } from "./pictures.mjs";
import * as data from "./titles.mjs";

const PORT = Number(process.env.PORT ?? 8471);
const DIST = new URL("../dist/", import.meta.url).pathname;
const MEDIA = join(tmpdir(), "matinee-mock");
const CSP =
  "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; style-src 'self'; script-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
const TYPES = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".html": "text/html",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".m3u8": "application/vnd.apple.mpegurl",
  ".m4s": "video/iso.segment",
  ".mp4": "video/mp4",
  ".vtt": "text/vtt",
  ".webmanifest": "application/manifest+json",
};

const state = { admin: true, signedIn: false, empty: false, jobs: [], keys: [], folders: [], progress: {} };
const listeners = new Set();

function job(name, title, state_, extra = {}) {
  const at = new Date().toISOString();
  return {
    id: `job-${Math.random().toString(36).slice(2, 8)}`,
    name,
    title,
    queue: "default",
    state: state_,
    progress: null,
    done: 0,
    total: null,
    message: "",
    result: null,
    error: null,
    attempts: 1,
    created_at: at,
    started_at: at,
    updated_at: at,
    finished_at: null,
    ...extra,
  };
}
state.jobs.push(
  job("playback.prepare", "Prepare The Lantern Keepers", "failed", {
    error: "ffmpeg ended with code 1: No space left on device",
    finished_at: new Date().toISOString(),
    created_at: "2026-01-02T10:00:00Z",
    attempts: 3,
  }),
  job("library.scan", "Scan the library", "succeeded", {
    message: "19 files",
    finished_at: new Date(Date.now() + 42_000).toISOString(),
    created_at: "2026-01-01T10:00:00Z",
  }),
);
state.folders.push({
  id: "folder-1",
  path: "/media/films",
  kind: "movies",
  origin: "user",
  files: 16,
  scanned_at: new Date(Date.now() - 3_600_000).toISOString(),
  created_at: new Date().toISOString(),
});

function startScan(title = "Scan the library") {
  const scan = job("library.scan", title, "running", { total: 240 });
  state.jobs.unshift(scan);
  const timer = setInterval(() => {
    scan.done = Math.min(240, scan.done + 8);
    scan.progress = scan.done / 240;
    scan.message = `The Lantern Keepers (${scan.done}).mkv`;
    scan.updated_at = new Date().toISOString();
    if (scan.done >= 240 || scan.state === "cancelled") {
      clearInterval(timer);
      if (scan.state === "running")
        Object.assign(scan, {
          state: "succeeded",
          result: { added: 3, updated: 1, unchanged: 236, moved: 0, missing: 0, problems: 2 },
        });
      scan.finished_at = scan.updated_at;
    }
    for (const send of listeners) send({ type: "job", data: scan });
  }, 500);
  return scan;
}

const page = (items) => ({ items, next_cursor: null });
const row = (id, title, items) => ({ id, title, items: items.map((each) => ({ ...each, in_library: true })) });
const user = { id: "user-1", name: "anna", role: "admin", tier: "premium" };

function home() {
  if (state.empty) return { hero: null, rows: [] };
  const { movies, shows, all } = data;
  return {
    hero: { ...movies[0], in_library: true },
    rows: [
      row(
        "continue-watching",
        "Continue watching",
        all.filter((title) => title.progress && !title.progress.watched),
      ),
      row("recently-added", "Recently added", movies.slice(2, 14)),
      row("shows", "Shows", shows),
      row(
        "genre-drama",
        "Drama",
        all.filter((title) => title.genres.includes("Drama")),
      ),
      row("movies", "Movies", movies),
    ],
  };
}

function session(body) {
  const id = body.item_id ?? `item-${body.title_id}`;
  const item = data.itemDetail(id);
  const direct = process.env.MOCK_HLS !== "1";
  return {
    id: "session-1",
    decision: {
      method: direct ? "direct" : "transcode",
      reasons: direct ? [] : [{ code: "container_unsupported", text: "This player does not open matroska files." }],
    },
    master_url: "/api/v1/streaming/sessions/session-1/master.m3u8?e=1&s=x",
    file_url: direct ? "/api/v1/streaming/files/file-1?e=1&s=x" : null,
    resume_position: state.progress[id] ?? 43,
    expires_at: new Date(Date.now() + 1e7).toISOString(),
    item,
    duration: 120,
    next_item_id: item.episode ? `item-${item.title_id}-${item.season}-${item.episode + 1}` : null,
    audio: [
      { index: 0, language: "en", title: null, channels: 2, default: true },
      { index: 1, language: "de", title: null, channels: 2, default: false },
    ],
    subtitles: [{ index: 0, language: "en", title: null, forced: false }],
    chapters: [],
    renditions: [
      { name: "720p", width: 1280, height: 720, bandwidth: 3_200_000 },
      { name: "360p", width: 640, height: 360, bandwidth: 850_000 },
    ],
    trickplay_url: null,
  };
}

const problem = (status, code, title, detail, extra = {}) => ({
  status,
  body: {
    type: "about:blank",
    title,
    status,
    detail,
    instance: "",
    code,
    category: "server",
    correlation_id: "01JD9M2K7Q",
    ...extra,
  },
});

const ROUTES = {
  ...catalogueRoutes,
  "GET /setup": () => ({ needs_admin: !state.admin, needs_token: false, demo: false, folders: [], version: "0.1.0" }),
  "POST /setup": () => ((state.admin = state.signedIn = true), { user }),
  "POST /auth/login": ({ body }) =>
    body.password === "wrong"
      ? problem(401, "invalid_credentials", "Not signed in", "The name or the password is not right.", {
          category: "auth",
        })
      : ((state.signedIn = true), { user }),
  "POST /auth/logout": () => ((state.signedIn = false), undefined),
  "GET /me": () =>
    state.signedIn ? user : problem(401, "authentication_required", "Sign in first", "", { category: "auth" }),
  "GET /me/sessions": () =>
    page([
      {
        id: "s1",
        device: "Chrome on Linux",
        address: "127.0.0.1",
        current: true,
        created_at: new Date().toISOString(),
        last_seen_at: new Date().toISOString(),
        expires_at: "",
      },
      {
        id: "s2",
        device: "Safari on iPhone",
        address: "192.168.1.23",
        current: false,
        created_at: "",
        last_seen_at: new Date(Date.now() - 9e6).toISOString(),
        expires_at: "",
      },
    ]),
  "GET /me/api-keys": () => page(state.keys),
  "POST /me/api-keys": ({ body }) => {
    const key = {
      id: `k${state.keys.length}`,
      name: body.name,
      prefix: "mtn_4f2a",
      scopes: body.scopes,
      created_at: new Date().toISOString(),
      expires_at: null,
      last_used_at: null,
    };
    state.keys.push(key);
    return { ...key, key: "mtn_4f2a91c07be8d5a3396c1d70e2b84f56" };
  },
  "GET /home": home,
  "GET /genres": () => page(data.genres),
  "GET /library/movies": ({ query }) => list(data.movies, query),
  "GET /library/shows": ({ query }) => list(data.shows, query),
  "GET /search": ({ query }) =>
    page(
      data.all.filter(
        (title) =>
          title.title.toLowerCase().includes(query.get("q").toLowerCase()) &&
          (!query.get("kind") || title.kind === query.get("kind")),
      ),
    ),
  "GET /library/folders": () => page(state.empty ? [] : state.folders),
  "POST /library/folders": ({ body }) =>
    body.path.includes("nope")
      ? problem(422, "validation_failed", "Some values did not pass", "That folder does not exist.", {
          category: "validation",
        })
      : (state.folders.push({
          id: `folder-${state.folders.length + 1}`,
          origin: "user",
          files: 0,
          scanned_at: null,
          created_at: "",
          ...body,
        }),
        state.folders.at(-1)),
  "GET /library/browse": ({ query }) => {
    const path = query.get("path") || "/";
    return {
      path,
      parent: path === "/" ? null : path.replace(/\/[^/]+$/, "") || "/",
      folders: ["films", "series", "music", "photos"].map((name) => ({
        name,
        path: `${path === "/" ? "" : path}/${name}`,
      })),
    };
  },
  "POST /library/scan": () => ({ job_id: startScan().id, state: "running" }),
  "GET /library/problems": () =>
    page([
      {
        path: "/media/films/broken.mkv",
        code: "media_unreadable",
        message: "The file ends in the middle: it may still be copying.",
        seen_at: new Date(Date.now() - 6e5).toISOString(),
      },
    ]),
  "GET /library/demo": () => ({ installed: true }),
  "POST /library/demo": () => ({ job_id: startScan("Make the demo").id }),
  "GET /admin/schedules": () => page([]),
  "GET /streaming/prepared": () => page([]),
  "GET /admin/jobs": () => page(state.jobs),
  "POST /streaming/sessions": ({ body }) => session(body),
};

function list(items, query) {
  let found = state.empty ? [] : items;
  const genre = query.get("genre");
  if (genre)
    found = found.filter((title) => title.genres.some((name) => name.toLowerCase().replaceAll(" ", "-") === genre));
  if (query.get("year")) found = found.filter((title) => String(title.year) === query.get("year"));
  return page(found);
}

function answer(method, path, context) {
  const direct = ROUTES[`${method} ${path}`];
  if (direct) return direct(context);
  const parts = path.split("/").filter(Boolean);
  const wide = method === "GET" ? catalogueAnswer(parts, context.query) : undefined;
  if (wide) return wide;
  const title = data.all.find((each) => each.id === parts[1]);
  if ((parts[0] === "movies" || parts[0] === "shows") && parts[2] === "seasons")
    return data.season(title, Number(parts[3]));
  if (parts[0] === "movies" || parts[0] === "shows")
    return title
      ? widened(data.detail(title))
      : problem(404, "title_not_found", "No such title", "There is no title with this id.", { category: "not_found" });
  if (parts[0] === "library" && parts[1] === "items") return data.itemDetail(parts[2]);
  if (parts[0] === "streaming" && parts[1] === "progress" && method === "GET") {
    return {
      position: 0,
      watched: false,
      updated_at: null,
      duration: 0,
      state: "stopped",
      title_id: parts[2],
      items: {},
    };
  }
  if (parts[0] === "streaming" && parts[1] === "progress") {
    state.progress[context.query.get("item_id")] = context.body.position;
    return { position: context.body.position, watched: false, updated_at: new Date().toISOString() };
  }
  const found = parts[1] === "jobs" && state.jobs.find((each) => each.id === parts[2]);
  if (found && parts[3] === "cancel") return Object.assign(found, { state: "cancelled" });
  if (found) return parts[3] === "retry" ? startScan(found.title) : found;
  if (method === "DELETE") return undefined;
  return problem(404, "resource_not_found", "Nothing here", "There is nothing at this address.", {
    category: "not_found",
  });
}

function prepareMedia() {
  if (existsSync(join(MEDIA, "master.m3u8"))) return;
  mkdirSync(MEDIA, { recursive: true });
  const input = [
    "-f",
    "lavfi",
    "-i",
    "testsrc2=size=640x360:rate=24:duration=120",
    "-f",
    "lavfi",
    "-i",
    "sine=frequency=330:duration=120",
    "-f",
    "lavfi",
    "-i",
    "sine=frequency=550:duration=120",
  ];
  const codec = [
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-g",
    "48",
    "-pix_fmt",
    "yuv420p",
    "-c:a",
    "aac",
    "-b:a",
    "64k",
  ];
  spawnSync(
    "nice",
    [
      "ffmpeg",
      "-v",
      "error",
      "-y",
      ...input,
      "-map",
      "0",
      "-map",
      "1",
      ...codec,
      "-movflags",
      "+faststart",
      join(MEDIA, "file.mp4"),
    ],
    { stdio: "inherit" },
  );
  spawnSync(
    "nice",
    [
      "ffmpeg",
      "-v",
      "error",
      "-y",
      ...input,
      "-map",
      "0",
      "-map",
      "0",
      "-map",
      "1",
      "-map",
      "2",
      ...codec,
      "-s:v:0",
      "1280x720",
      "-s:v:1",
      "640x360",
      "-f",
      "hls",
      "-hls_time",
      "4",
      "-hls_playlist_type",
      "vod",
      "-hls_segment_type",
      "fmp4",
      "-hls_flags",
      "independent_segments",
      "-var_stream_map",
      "v:0,agroup:a v:1,agroup:a a:0,agroup:a,language:en,default:yes a:1,agroup:a,language:de",
      "-master_pl_name",
      "master.m3u8",
      join(MEDIA, "v%v.m3u8"),
    ],
    { stdio: "inherit" },
  );
}

function sendFile(request, response, file, headers = {}) {
  const { size } = statSync(file);
  const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "");
  const start = range ? Number(range[1]) : 0;
  const end = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
  response.writeHead(range ? 206 : 200, {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    "content-length": end - start + 1,
    "accept-ranges": "bytes",
    ...(range ? { "content-range": `bytes ${start}-${end}/${size}` } : {}),
    ...headers,
  });
  createReadStream(file, { start, end }).pipe(response);
}

async function read(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text ? JSON.parse(text) : {};
}

createServer(async (request, response) => {
  const url = new URL(request.url, "http://localhost");
  if (url.pathname === "/mock") {
    Object.assign(state, JSON.parse(url.searchParams.get("set")));
    return response.end("ok");
  }
  if (!url.pathname.startsWith("/api/v1/")) {
    const file = normalize(join(DIST, url.pathname));
    const isFile = file.startsWith(DIST) && existsSync(file) && statSync(file).isFile();
    if (isFile) return sendFile(request, response, file);
    response.writeHead(200, { "content-type": "text/html", "content-security-policy": CSP });
    return response.end(readFileSync(join(DIST, "index.html")));
  }
  const path = url.pathname.slice("/api/v1".length);
  if (path.startsWith("/images/")) {
    const [, , kind, , name] = path.split("/");
    response.writeHead(200, { "content-type": "image/svg+xml", "cache-control": "max-age=60" });
    return response.end(draw(kind, name));
  }
  if (path === "/events") {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    const send = (event) => response.write(`data: ${JSON.stringify(event)}\n\n`);
    listeners.add(send);
    response.write(": hello\n\n");
    return request.on("close", () => listeners.delete(send));
  }
  if (path === "/streaming/bandwidth") return response.end(Buffer.alloc(Number(url.searchParams.get("bytes") ?? 1e6)));
  if (path.startsWith("/streaming/files/")) return sendFile(request, response, join(MEDIA, "file.mp4"));
  const segment = /^\/streaming\/sessions\/[^/]+\/(.+)$/.exec(path);
  if (segment && request.method === "GET") {
    const file = join(MEDIA, segment[1]);
    if (existsSync(file)) return sendFile(request, response, file);
  }
  const body = request.method === "GET" ? {} : await read(request);
  const result = answer(request.method, path, { query: url.searchParams, body });
  if (result === undefined) return response.writeHead(204).end();
  const failed = result.body?.code !== undefined;
  response.writeHead(failed ? result.status : 200, {
    "content-type": failed ? "application/problem+json" : "application/json",
  });
  response.end(JSON.stringify(failed ? result.body : result));
}).listen(PORT, "127.0.0.1", () => {
  prepareMedia();
  console.log(`http://127.0.0.1:${PORT}`);
});
