import type { Listing } from "../../api/types.ts";

export const LISTINGS: readonly Listing[] = ["trending", "popular", "top-rated", "now-playing", "upcoming"];
export const SORTS = ["-popularity", "-vote_average", "-release_date", "release_date", "title"] as const;
export type Sort = (typeof SORTS)[number];

/** What the discover page shows. Without a list and without filters: a row of every list. */
export interface Wanted {
  kind: "movie" | "show";
  listing: Listing | null;
  genre: string | null;
  decade: number | null;
  sort: Sort;
  /** Whether titles are looked for by filters. */
  filtered: boolean;
}

/** What an address asks for; a list and filters exclude each other, and filters win. Pure. */
export function wantedOf(query: URLSearchParams): Wanted {
  const decade = /^\d{3}0$/.test(query.get("decade") ?? "") ? Number(query.get("decade")) : null;
  const genre = query.get("genre");
  const sort = SORTS.find((each) => each === query.get("sort"));
  const filtered = genre !== null || decade !== null || sort !== undefined;
  return {
    kind: query.get("kind") === "show" ? "show" : "movie",
    listing: filtered ? null : (LISTINGS.find((each) => each === query.get("list")) ?? null),
    genre,
    decade,
    sort: sort ?? "-popularity",
    filtered,
  };
}

const UNKNOWN = 50;

/** The parameters that the server discovers by. Titles with the best votes need some of them. Pure. */
export function discovery({ kind, genre, decade, sort }: Wanted): Record<string, string | number | null> {
  const years = { year_from: decade, year_to: decade === null ? null : decade + 9 };
  return { kind, genre, sort, ...years, votes_from: sort === "-vote_average" ? UNKNOWN : null };
}
