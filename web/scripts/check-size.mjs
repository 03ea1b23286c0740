// Fails when the JavaScript that a viewer loads before the player, or with the rooms of account and operator, passes its
// budget. Those rooms, and the links of an invitation, come on demand.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = { beforePlayer: 60 * 1024, withAdmin: 120 * 1024 };
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

const size = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;

function reach(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key]?.imports ?? []) reach(next, seen);
  return seen;
}

// A screen that another one imports from is no entry any more, and would not be counted.
const loaded = readFileSync(new URL("../src/app/screens.tsx", import.meta.url), "utf8").matchAll(
  /import\("\.\.\/(screens\/[^"]+)"\)/g,
);
const uncounted = [...loaded].map(([, path]) => `src/${path}`).filter((key) => !manifest[key]?.isDynamicEntry);
if (uncounted.length > 0) {
  console.error(`Not chunks of their own: ${uncounted.join(", ")}`);
  process.exit(1);
}

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const screens = Object.keys(manifest).filter((key) => manifest[key].isDynamicEntry);
// media-chrome's own words are fetched with the player.
const isPlayer = (key) => /\/player\/|\/media-chrome\//.test(key) || manifest[key].name === "hls";
const isAdmin = (key) => /\/(manage|jobs|renditions|cache|services|users|protection|audit)\//.test(key);
const isOnDemand = (key) => /\/(account|join|link|setup)\/|\/(pairing|profile-form)\./.test(key);

function total(keys) {
  const all = new Set(keys.flatMap((key) => [...reach(key)]));
  return [...all].reduce((sum, key) => sum + (manifest[key]?.file.endsWith(".js") ? size(manifest[key].file) : 0), 0);
}

const isLanguage = (key) => key.includes("/i18n/");
const isRooms = (key) => /\/i18n\/(.*-)?rooms\./.test(key);
const isPersonal = (key) => /\/i18n\/(.*-)?personal\./.test(key);
const largest = (keys) => Math.max(0, ...keys.map((key) => size(manifest[key].file)));
const largestOf = (kind) => largest(screens.filter(kind));
const personal =
  largestOf((key) => isPersonal(key) && key.includes("-")) + largestOf((key) => key.endsWith("/personal.ts"));
const language = largestOf((key) => isLanguage(key) && !isRooms(key) && !isPersonal(key)) + personal;
const roomLanguage = largest(screens.filter(isRooms));
const viewer = [
  entry,
  ...screens.filter((key) => !isPlayer(key) && !isAdmin(key) && !isOnDemand(key) && !isLanguage(key)),
];
const beforePlayer = total(viewer) + language;
const withAdmin =
  total([...viewer, ...screens.filter((key) => isAdmin(key) || isOnDemand(key))]) + language + roomLanguage;
const withPlayer = total([...viewer, ...screens.filter(isPlayer)]);
const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
console.log(`JavaScript, gzip: start ${kb(total([entry]))}; before the player ${kb(beforePlayer)} of 60 KB;`);
console.log(`  with all rooms ${kb(withAdmin)} of 120 KB; with the player ${kb(withPlayer)}`);
if (beforePlayer > BUDGET.beforePlayer || withAdmin > BUDGET.withAdmin) {
  console.error("The budget is exceeded.");
  process.exit(1);
}
