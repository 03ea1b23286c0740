import { computed, signal } from "@preact/signals";
import { kept } from "../state/preferences.ts";
import type { Messages } from "./en.ts";

export const LANGUAGES = { en: "English", de: "Deutsch", es: "Español", fr: "Français" } as const;
export type Language = keyof typeof LANGUAGES;

const catalogues: Record<Language, () => Promise<Messages>> = {
  en: async () => (await import("./en.ts")).en,
  de: async () => (await import("./de.ts")).de,
  es: async () => (await import("./es.ts")).es,
  fr: async () => (await import("./fr.ts")).fr,
};

const chosen = kept<Language | null>("language", null);
// Nothing is drawn before `startLanguage` has put one here.
const messages = signal<Messages>({} as Messages);

let latest: Language | null = null;

export const language = signal<Language>("en");
/** The texts in the person's language. */
export const t = computed(() => messages.value);
/** The locale that dates and numbers are written in: the browser's own where it is of the chosen language. */
export const locale = computed(
  () => navigator.languages.find((tag) => tag.split("-")[0] === language.value) ?? language.value,
);

export async function startLanguage(): Promise<void> {
  await load(chosen.value ?? preferred(navigator.languages)).catch(() => load("en"));
}

/** Speaks the language of a profile; null: that of this browser. */
export function speak(wanted: string | null): void {
  const known = wanted?.split("-")[0] ?? "";
  const next = known in LANGUAGES ? (known as Language) : (chosen.value ?? preferred(navigator.languages));
  if (next !== latest) void load(next).catch(() => undefined);
}

export async function chooseLanguage(wanted: Language): Promise<void> {
  chosen.value = wanted;
  // One that cannot be fetched now (offline) is there at the next visit.
  await load(wanted).catch(() => undefined);
}

/** The first of the person's languages that there is a catalogue for. Pure. */
export function preferred(tags: readonly string[]): Language {
  const known = tags.map((tag) => tag.toLowerCase().split("-")[0]).find((tag) => tag && tag in LANGUAGES);
  return (known as Language | undefined) ?? "en";
}

async function load(wanted: Language): Promise<void> {
  latest = wanted;
  const found = await catalogues[wanted]();
  // Another may have been wanted since; but anything is better than no texts at all.
  if (latest !== wanted && messages.value.nav) return;
  messages.value = found;
  language.value = wanted;
  document.documentElement.lang = wanted;
}
