/** One way to see the picture. */
export interface Quality {
  /** "original" for the file as it is, else the rendition's name. */
  id: string;
  name: string;
  height: number;
  /** Bits per second that it needs at most. */
  bandwidth: number;
}

export const ORIGINAL = "original";
/** A connection should be this much faster than the picture, so that a dip does not stop it. */
const HEADROOM = 1.4;

/** The best quality that the connection carries with some to spare and the screen can show; else the smallest. Pure. */
export function recommended(
  qualities: readonly Quality[],
  bandwidth: number | null,
  screenHeight: number,
): Quality | null {
  if (bandwidth === null || qualities.length === 0) return null;
  const ascending = [...qualities].sort(
    (a, b) => a.height - b.height || rank(a) - rank(b) || a.bandwidth - b.bandwidth,
  );
  const enough = ascending.find((quality) => quality.height >= screenHeight)?.height ?? Number.POSITIVE_INFINITY;
  const carried = ascending.filter((quality) => quality.bandwidth * HEADROOM <= bandwidth && quality.height <= enough);
  return carried.at(-1) ?? ascending[0] ?? null;
}

/** At the same height nothing looks better than the file itself. */
function rank(quality: Quality): number {
  return quality.id === ORIGINAL ? 1 : 0;
}

/** Bits per second of a file as a whole. Pure. */
export function fileBandwidth(size: number, duration: number | null): number {
  return duration ? Math.round((size * 8) / duration) : 0;
}
