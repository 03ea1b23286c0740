import { fromTime, parseVtt, segments, subtitlePlaylists } from "./vtt.ts";

/**
 * The subtitles of a session, whichever way its video plays: read from its playlists and put on text tracks of the video.
 * hls.js could do it for HLS alone, by tracks with `data:` addresses that the content security policy forbids.
 */
export class Subtitles {
  private readonly tracks = new Map<number, TextTrack>();

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly masterUrl: string,
  ) {}

  hide(): void {
    for (const track of this.tracks.values()) track.mode = "disabled";
  }

  /** Shows the track at `index` of the list; null shows none. */
  async show(index: number | null, label: string, language: string): Promise<void> {
    this.hide();
    if (index === null) return;
    const track = this.tracks.get(index) ?? this.video.addTextTrack("subtitles", label, language);
    track.mode = "showing";
    if (this.tracks.has(index)) return;
    this.tracks.set(index, track);
    for await (const file of this.read(index)) {
      for (const cue of parseVtt(file)) track.addCue(new VTTCue(cue.start, cue.end, cue.text));
    }
  }

  private async *read(index: number): AsyncGenerator<string> {
    const master = await text(this.masterUrl);
    const address = subtitlePlaylists(master)[index];
    if (!address) return;
    const playlistUrl = new URL(address, new URL(this.masterUrl, document.baseURI));
    const list = fromTime(segments(await text(playlistUrl)), this.video.currentTime);
    for (const { uri } of list) yield await text(new URL(uri, playlistUrl));
  }
}

async function text(url: string | URL): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status}`);
  return response.text();
}
