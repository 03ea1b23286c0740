import type { ItemProgress, ItemSummary, TitleProgress, TitleView } from "../../api/types.ts";

/**
 * The episode that the primary button plays: the one being watched, the one after the last watched, else the first. Specials
 * (season 0) come last. Pure.
 */
export function nextUp(show: Pick<TitleView, "library">, progress: ItemProgress | null): ItemSummary | null {
  const order = (item: ItemSummary) => [item.season || 10_000, item.episode ?? 0] as const;
  const episodes = [...show.library.items].sort((a, b) => {
    const [first, second] = [order(a), order(b)];
    return first[0] - second[0] || first[1] - second[1];
  });
  const at = episodes.findIndex((item) => item.id === progress?.item_id);
  if (at < 0) return episodes[0] ?? null;
  const current = episodes[at] as ItemSummary;
  return progress?.watched ? (episodes[at + 1] ?? current) : current;
}

/** How far the item was watched that was played last; null when none was. Pure. */
export function lastPlayed(progress: TitleProgress | undefined): ItemProgress | null {
  if (!progress?.item_id || !progress.updated_at) return null;
  const { item_id, position, duration, watched } = progress;
  return { item_id, position, duration, watched };
}
