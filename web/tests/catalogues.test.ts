import { describe, expect, it } from "vitest";
import { de } from "../src/i18n/de.ts";
import { dePersonal } from "../src/i18n/de-personal.ts";
import { deRooms } from "../src/i18n/de-rooms.ts";
import { en } from "../src/i18n/en.ts";
import { enPersonal } from "../src/i18n/en-personal.ts";
import { enRooms } from "../src/i18n/en-rooms.ts";
import { es } from "../src/i18n/es.ts";
import { esPersonal } from "../src/i18n/es-personal.ts";
import { esRooms } from "../src/i18n/es-rooms.ts";
import { fr } from "../src/i18n/fr.ts";
import { frPersonal } from "../src/i18n/fr-personal.ts";
import { frRooms } from "../src/i18n/fr-rooms.ts";

function leaves(node: unknown, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(node as object)) {
    const here = `${path}.${name}`;
    if (typeof value === "object") for (const [key, text] of leaves(value, here)) found.set(key, text);
    else found.set(here, typeof value === "function" ? String(value(7, 8)) : value);
  }
  return found;
}

const all = {
  de: [de, en],
  es: [es, en],
  fr: [fr, en],
  "de, personal": [dePersonal, enPersonal],
  "de, the rooms": [deRooms, enRooms],
  "es, personal": [esPersonal, enPersonal],
  "es, the rooms": [esRooms, enRooms],
  "fr, personal": [frPersonal, enPersonal],
  "fr, the rooms": [frRooms, enRooms],
} as const;

describe.each(Object.entries(all))("%s", (_name, [catalogue, original]) => {
  it("has every text, with every value in it", () => {
    const [ours, english] = [leaves(catalogue), leaves(original)];
    expect([...ours.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [key, text] of english) {
      for (const value of ["7", "8"]) {
        if (text.includes(value)) expect(ours.get(key), key).toContain(value);
      }
    }
  });
  it("is translated, but for names and terms that are the same", () => {
    const same = [...leaves(catalogue)].filter(([key, text]) => text === leaves(original).get(key) && text.length > 13);
    expect(same).toEqual([]);
  });
});
