import { effect, signal } from "@preact/signals";
import type { Personal } from "./en-personal.ts";
import { type Language, language } from "./index.ts";

const catalogues: Record<Language, () => Promise<Personal>> = {
  en: async () => (await import("./en-personal.ts")).enPersonal,
  de: async () => (await import("./de-personal.ts")).dePersonal,
  es: async () => (await import("./es-personal.ts")).esPersonal,
  fr: async () => (await import("./fr-personal.ts")).frPersonal,
};

/** The texts of the doors, the account and its profiles in the person's language; they come with those screens. */
export const personal = signal<Personal>({} as Personal);
let loading: Promise<void> = Promise.resolve();

effect(() => {
  const wanted = language.value;
  loading = catalogues[wanted]().then(
    (found) => {
      if (wanted === language.value) personal.value = found;
    },
    (reason: unknown) => {
      // What cannot be fetched now leaves the last texts in place; without any there is nothing to show.
      if (!personal.value.signin) throw reason;
    },
  );
  loading.catch(() => undefined);
});

/** Until `personal` is in the person's language. */
export function personalReady(): Promise<void> {
  return loading;
}
