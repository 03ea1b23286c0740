export interface Cue {
  start: number;
  end: number;
  text: string;
  settings: string;
}

const TIMING = /^((?:\d+:)?\d{2}:\d{2}[.,]\d{3})\s+-->\s+((?:\d+:)?\d{2}:\d{2}[.,]\d{3})(.*)$/;

/** The cues of a WebVTT file (W3C WebVTT, section 4); blocks that are not cues are left out. Pure. */
export function parseVtt(file: string): Cue[] {
  const cues: Cue[] = [];
  for (const block of file.replace(/\r\n?/g, "\n").split(/\n{2,}/)) {
    const lines = block.split("\n").filter((line) => line !== "");
    const at = lines.findIndex((line) => line.includes("-->"));
    const timing = at >= 0 && at <= 1 ? TIMING.exec((lines[at] as string).trim()) : null;
    if (!timing) continue;
    cues.push({
      start: seconds(timing[1] as string),
      end: seconds(timing[2] as string),
      settings: (timing[3] as string).trim(),
      text: lines.slice(at + 1).join("\n"),
    });
  }
  return cues;
}

function seconds(text: string): number {
  return text
    .replace(",", ".")
    .split(":")
    .reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** The addresses of the subtitle playlists in a master playlist, in their order (RFC 8216, section 4.3.4.1). Pure. */
export function subtitlePlaylists(master: string): string[] {
  const media = master.split(/\r?\n/).filter((line) => line.startsWith("#EXT-X-MEDIA:") && /TYPE=SUBTITLES/.test(line));
  return media.map((line) => /URI="([^"]*)"/.exec(line)?.[1] ?? "");
}

export interface Segment {
  uri: string;
  /** Seconds from the start of the playlist. */
  start: number;
}

/** The segments of a media playlist. Pure. */
export function segments(playlist: string): Segment[] {
  const found: Segment[] = [];
  let start = 0;
  let length = 0;
  for (const line of playlist.split(/\r?\n/)) {
    if (line.startsWith("#EXTINF:")) length = Number.parseFloat(line.slice("#EXTINF:".length)) || 0;
    else if (line !== "" && !line.startsWith("#")) {
      found.push({ uri: line, start });
      start += length;
    }
  }
  return found;
}

/** `list` beginning with the segment that `time` lies in, the ones before it last. Pure. */
export function fromTime(list: readonly Segment[], time: number): Segment[] {
  const at = Math.max(
    0,
    list.findLastIndex((segment) => segment.start <= time),
  );
  return [...list.slice(at), ...list.slice(0, at)];
}
