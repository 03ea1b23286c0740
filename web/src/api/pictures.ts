import { serverUrl } from "./client.ts";

/** The sizes worth choosing between: the name in the address, and how wide that is. */
const SIZES = {
  poster: { w185: 185, w342: 342, w780: 780 },
  backdrop: { w300: 300, w780: 780, w1280: 1280 },
  still: { w300: 300 },
  profile: { w185: 185, h632: 421 },
} as const;
export type PictureKind = keyof typeof SIZES;

/** `src` and `srcset` of a picture on this server; other addresses are left as they are. */
export function picture(url: string, kind: PictureKind): { src: string; srcset?: string } {
  const address = serverUrl(url);
  const sized = /\/([wh]\d+|original)\/(?=[^/]+$)/;
  const sizes = Object.entries(SIZES[kind]);
  if (sizes.length < 2 || !sized.test(address)) return { src: address };
  const srcset = sizes.map(([name, width]) => `${address.replace(sized, `/${name}/`)} ${width}w`).join(", ");
  return { src: address, srcset };
}
