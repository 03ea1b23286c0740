import { describe, expect, it } from "vitest";
import { belongsToMenu, changedSpeed, commandOf } from "../src/screens/player/keys.ts";
import { fileBandwidth, ORIGINAL, type Quality, recommended } from "../src/screens/player/quality.ts";
import { fromTime, parseVtt, segments, subtitlePlaylists } from "../src/screens/player/vtt.ts";

const ladder: Quality[] = [
  { id: "1080p", name: "1080p", height: 1080, bandwidth: 6_000_000 },
  { id: "720p", name: "720p", height: 720, bandwidth: 3_200_000 },
  { id: "360p", name: "360p", height: 360, bandwidth: 850_000 },
];

describe("recommended quality", () => {
  it("leaves room for a dip of the connection", () => {
    expect(recommended(ladder, 8_400_000, 2160)?.id).toBe("1080p");
    expect(recommended(ladder, 8_399_999, 2160)?.id).toBe("720p");
  });
  it("is the smallest when nothing fits", () => expect(recommended(ladder, 100_000, 1080)?.id).toBe("360p"));
  it("is no bigger than the screen needs", () => {
    expect(recommended(ladder, 1e9, 720)?.id).toBe("720p");
    expect(recommended(ladder, 1e9, 800)?.id).toBe("1080p");
  });
  it("prefers the file itself at the same height", () => {
    const original = { id: ORIGINAL, name: ORIGINAL, height: 1080, bandwidth: 900_000 };
    expect(recommended([original, ...ladder], 1e9, 1080)?.id).toBe(ORIGINAL);
  });
  it("is unknown before anything was measured", () => expect(recommended(ladder, null, 1080)).toBeNull());
  it("knows what a file needs", () => {
    expect(fileBandwidth(1_000_000, 8)).toBe(1_000_000);
    expect(fileBandwidth(1_000_000, null)).toBe(0);
  });
});

describe("keys", () => {
  it.each([
    [" ", { do: "toggle" }],
    ["K", { do: "toggle" }],
    ["j", { do: "seek", by: -10 }],
    ["ArrowRight", { do: "seek", by: 5 }],
    [">", { do: "speed", by: 0.25 }],
    ["7", { do: "seekPart", part: 0.7 }],
    ["N", { do: "next" }],
    ["?", { do: "help" }],
  ])("%s", (key, command) => expect(commandOf({ key })).toEqual(command));
  it("leaves the browser its own shortcuts", () => {
    expect(commandOf({ key: "l", ctrlKey: true })).toBeNull();
    expect(commandOf({ key: "f", metaKey: true })).toBeNull();
    expect(commandOf({ key: "n" })).toBeNull();
  });
  it("leaves an open menu the keys that move in it, and no others", () => {
    expect(["ArrowUp", "Escape", " "].map((key) => belongsToMenu({ key }))).toEqual([true, true, true]);
    expect(["k", "ArrowRight", "m", "5"].map((key) => belongsToMenu({ key }))).toEqual([false, false, false, false]);
  });
  it("keeps the speed between a quarter and double", () => {
    expect(changedSpeed(1, 0.25)).toBe(1.25);
    expect(changedSpeed(2, 0.25)).toBe(2);
    expect(changedSpeed(0.25, -0.25)).toBe(0.25);
  });
});

describe("WebVTT and playlists", () => {
  it("reads cues and leaves out notes, styles and headers", () => {
    const file =
      "WEBVTT\r\n\r\nNOTE nothing\r\n\r\n1\r\n00:01.500 --> 00:02.000 line:80%\r\nHello\r\nthere\r\n\r\n01:00:00.000 --> 01:00:01.000\r\nLate";
    expect(parseVtt(file)).toEqual([
      { start: 1.5, end: 2, settings: "line:80%", text: "Hello\nthere" },
      { start: 3600, end: 3601, settings: "", text: "Late" },
    ]);
  });
  it("finds the subtitles of a master playlist", () => {
    const master =
      '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,URI="a.m3u8"\n#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",URI="s/0.m3u8?e=1"\n';
    expect(subtitlePlaylists(master)).toEqual(["s/0.m3u8?e=1"]);
  });
  it("begins with the segment being watched", () => {
    const list = segments("#EXTM3U\n#EXTINF:60.0,\n0.vtt\n#EXTINF:60.0,\n1.vtt\n#EXTINF:5.0,\n2.vtt\n#EXT-X-ENDLIST");
    expect(fromTime(list, 61).map((segment) => segment.uri)).toEqual(["1.vtt", "2.vtt", "0.vtt"]);
    expect(fromTime(list, 0).map((segment) => segment.uri)).toEqual(["0.vtt", "1.vtt", "2.vtt"]);
  });
});
