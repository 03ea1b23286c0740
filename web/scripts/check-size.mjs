// Fails when the JavaScript that a viewer loads before the player, or with the admin screens, passes its budget.
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

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const screens = Object.keys(manifest).filter((key) => manifest[key].isDynamicEntry);
const isPlayer = (key) => key.includes("/player/") || manifest[key].name === "hls";
const isAdmin = (key) => /\/(manage|jobs|renditions|cache|services)\//.test(key);

function total(keys) {
  const all = new Set(keys.flatMap((key) => [...reach(key)]));
  return [...all].reduce((sum, key) => sum + (manifest[key]?.file.endsWith(".js") ? size(manifest[key].file) : 0), 0);
}

const isLanguage = (key) => key.includes("/i18n/");
const isRooms = (key) => /\/i18n\/(.*-)?rooms\./.test(key);
const largest = (keys) => Math.max(0, ...keys.map((key) => size(manifest[key].file)));
const language = largest(screens.filter((key) => isLanguage(key) && !isRooms(key)));
const roomLanguage = largest(screens.filter(isRooms));
const viewer = [entry, ...screens.filter((key) => !isPlayer(key) && !isAdmin(key) && !isLanguage(key))];
const beforePlayer = total(viewer) + language;
const withAdmin = total([...viewer, ...screens.filter(isAdmin)]) + language + roomLanguage;
const withPlayer = total([...viewer, ...screens.filter(isPlayer)]);
const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
console.log(`JavaScript, gzip: start ${kb(total([entry]))}; before the player ${kb(beforePlayer)} of 60 KB;`);
console.log(`  with the admin screens ${kb(withAdmin)} of 120 KB; with the player ${kb(withPlayer)}`);
if (beforePlayer > BUDGET.beforePlayer || withAdmin > BUDGET.withAdmin) {
  console.error("The budget is exceeded.");
  process.exit(1);
}
