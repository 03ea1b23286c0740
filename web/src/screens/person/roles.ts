import type { Person } from "../../api/types.ts";

type Titles = Person["titles"];

/** The titles of one side of the camera, each once with all that the person was in it. Pure. */
export function roles(titles: Titles, part: "cast" | "crew"): Titles {
  const found = new Map<string, Titles[number]>();
  for (const title of titles) {
    if (title.department !== part) continue;
    const known = found.get(title.id);
    const role = [known?.role, title.role].filter(Boolean).join(", ");
    found.set(title.id, { ...(known ?? title), role });
  }
  return [...found.values()];
}
