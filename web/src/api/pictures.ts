import { serverUrl } from "./client.ts";

const WIDTHS = { poster: [185, 342, 780], backdrop: [780, 1280], still: [300], profile: [185] } as const;
export type PictureKind = keyof typeof WIDTHS;

/** `src` and `srcset` of a picture on this server; other addresses are left as they are. */
export function picture(url: string, kind: PictureKind): { src: string; srcset?: string } {
  const address = serverUrl(url);
  const sized = /\/(w\d+|original)\/(?=[^/]+$)/;
  if (kind === "still" || kind === "profile" || !sized.test(address)) return { src: address };
  const srcset = WIDTHS[kind].map((width) => `${address.replace(sized, `/w${width}/`)} ${width}w`).join(", ");
  return { src: address, srcset };
}
