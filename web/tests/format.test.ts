import { describe, expect, it } from "vitest";
import { age, ago, bitrate, bytes, clock, heightName, trackName } from "../src/i18n/format.ts";
import { preferred } from "../src/i18n/index.ts";

describe("clock", () => {
  it.each([
    [0, "0:00"],
    [9.99, "0:09"],
    [2590, "43:10"],
    [3790, "1:03:10"],
    [-3, "0:00"],
    [Number.NaN, "0:00"],
  ])("writes %s seconds as %s", (seconds, text) => expect(clock(seconds)).toBe(text));
});

describe("numbers", () => {
  it("writes bit rates with a digit below ten megabits", () => {
    expect(bitrate(4_140_000)).toMatch(/^4[.,]1 Mbit\/s$/);
    expect(bitrate(54_000_000)).toBe("54 Mbit/s");
  });
  it("chooses the unit of bytes that reads best", () => {
    expect(bytes(4_312_445_120)).toMatch(/^4[.,]3 GB$/);
    expect(bytes(0)).toMatch(/^0/);
  });
  it("names heights as people do", () => {
    expect(heightName(2160)).toBe("4K");
    expect(heightName(1080)).toBe("1080p");
  });
});

describe("age", () => {
  it("is told in the largest unit that is whole", () => {
    expect(age(18_100)).toBe("5 hours");
    expect(age(86_400)).toBe("1 day");
    expect(age(3)).toBe("1 minute");
  });
});

describe("ago", () => {
  const now = Date.parse("2026-03-01T12:00:00Z");
  it("rounds towards the present", () => {
    expect(ago("2026-03-01T11:58:10Z", now)).toBe("1 minute ago");
    expect(ago("2026-02-27T11:00:00Z", now)).toBe("2 days ago");
    expect(ago("2026-03-01T11:59:50Z", now)).toBe("now");
  });
});

describe("preferred language", () => {
  it("is the first of the person's that has a catalogue", () => {
    expect(preferred(["pt-BR", "fr-CA", "en"])).toBe("fr");
    expect(preferred(["zh"])).toBe("en");
  });
});

describe("track names", () => {
  it.each([
    [{ language: "de", title: "Deutsch" }, "German"],
    [{ language: "en", title: "English" }, "English"],
    [{ language: "en", title: "Commentary" }, "English · Commentary"],
    [{ language: null, title: "Commentary" }, "Commentary"],
    [{ language: "und", title: null }, ""],
  ])("%j", (track, name) => expect(trackName(track)).toBe(name));
});
