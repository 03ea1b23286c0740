import type { ItemProgress } from "../api/types.ts";

/** Where a title, or one of its items, is played. */
export function watchPath(title: string, item?: string | null, from?: "start"): string {
  const query = new URLSearchParams({ ...(item ? { item } : {}), ...(from ? { from } : {}) }).toString();
  return `/watch/${title}${query ? `?${query}` : ""}`;
}

/** Whether somebody has begun and not finished. */
export function begun(progress: Pick<ItemProgress, "position" | "watched"> | null | undefined): boolean {
  return !!progress && !progress.watched && progress.position > 0;
}
