import type { VideoLink } from "../../api/types.ts";

const SITES: Record<string, (key: string) => string> = {
  YouTube: (key) => `https://www.youtube.com/watch?v=${key}`,
  Vimeo: (key) => `https://vimeo.com/${key}`,
};

/** Where a video is watched, or null for a site or a key that is not known to be good. Pure. */
export function trailerAddress({ site, key }: Pick<VideoLink, "site" | "key">): string | null {
  return /^[\w-]{1,64}$/.test(key) ? (SITES[site]?.(key) ?? null) : null;
}
