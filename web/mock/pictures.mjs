// Draws posters, backdrops and stills for the mock server.
import { all } from "./titles.mjs";

function random(seed) {
  let state = [...seed].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) >>> 0, 7);
  return () => (state = (state * 1664525 + 1013904223) >>> 0) / 2 ** 32;
}

export function draw(kind, name) {
  const title = all.find((each) => name.startsWith(each.id)) ?? all[0];
  const next = random(name);
  const [width, height] = { poster: [342, 513], backdrop: [1280, 720], still: [320, 180] }[kind] ?? [300, 300];
  const hills = [0, 1, 2, 3].map((layer) => {
    const top = height * (0.5 + layer * 0.12);
    const points = Array.from({ length: 9 }, (_, n) => `${(n * width) / 8},${top + (next() - 0.5) * height * 0.16}`);
    return `<polygon points="0,${height} ${points.join(" ")} ${width},${height}" fill="#000" opacity="${0.16 + layer * 0.12}"/>`;
  });
  const label =
    kind === "poster"
      ? `<text x="24" y="60" font-family="Georgia" font-size="34" fill="#fff">${title.title
          .split(" ")
          .slice(0, 3)
          .map((word, n) => `<tspan x="24" dy="${n ? 38 : 0}">${word.replace("&", "&amp;")}</tspan>`)
          .join("")}</text>`
      : "";
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<defs><linearGradient id="g" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${title.poster_color}"/><stop offset="1" stop-color="#e9c46a"/></linearGradient></defs>
<rect width="${width}" height="${height}" fill="url(#g)"/><circle cx="${width * (0.55 + next() * 0.35)}" cy="${height * (0.2 + next() * 0.2)}" r="${height * 0.09}" fill="#fff3d0"/>${hills.join("")}${label}</svg>`;
}
