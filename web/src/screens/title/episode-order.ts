import type { ItemSummary } from "../../api/types.ts";

/** The episodes by season, in order, specials last. Pure. */
export function seasonsOf(items: readonly ItemSummary[]): [season: number, episodes: ItemSummary[]][] {
  const seasons = new Map<number, ItemSummary[]>();
  for (const item of items) seasons.set(item.season ?? 0, [...(seasons.get(item.season ?? 0) ?? []), item]);
  for (const episodes of seasons.values()) episodes.sort((a, b) => (a.episode ?? 0) - (b.episode ?? 0));
  return [...seasons].sort(([a], [b]) => (a || Number.POSITIVE_INFINITY) - (b || Number.POSITIVE_INFINITY));
}
