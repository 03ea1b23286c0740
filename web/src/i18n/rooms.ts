import { computed, signal } from "@preact/signals";
import { enRooms, type Rooms } from "./en-rooms.ts";
import { type Language, language } from "./index.ts";

const catalogues: Record<Language, () => Promise<Rooms>> = {
  en: async () => enRooms,
  de: async () => (await import("./de-rooms.ts")).deRooms,
  es: async () => (await import("./es-rooms.ts")).esRooms,
  fr: async () => (await import("./fr-rooms.ts")).frRooms,
};

const texts = signal<{ language: Language; rooms: Rooms }>({ language: "en", rooms: enRooms });

/** The texts of the operator's rooms in the person's language; they come with those screens, not with the page. */
export const rooms = computed(() => texts.value.rooms);
/** Whether `rooms` is in the person's language. */
export const roomsReady = computed(() => texts.value.language === language.value);

/** Fetches the texts in the person's language; one that cannot be fetched leaves English in place. */
export async function loadRooms(): Promise<void> {
  const wanted = language.value;
  const found = await catalogues[wanted]().catch(() => enRooms);
  texts.value = { language: wanted, rooms: found };
}
