/** Loads the parts of media-chrome that the player is built from, and their words in the person's language. */
import { adoptShadowStyles } from "./adopt-styles.ts";

let loading: Promise<unknown> | null = null;

const WORDS: Record<string, () => Promise<unknown>> = {
  de: () => import("media-chrome/dist/lang/de.js"),
  es: () => import("media-chrome/dist/lang/es.js"),
  fr: () => import("media-chrome/dist/lang/fr.js"),
};

export function loadMediaChrome(language: string): Promise<unknown> {
  loading ??= load(language);
  return loading;
}

async function load(language: string): Promise<void> {
  adoptShadowStyles();
  await WORDS[language]?.().catch(() => undefined);
  await import("./elements.ts");
}
