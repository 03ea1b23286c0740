import { fromTime, parseVtt, segments, subtitlePlaylists } from "./vtt.ts";

/** Subtitles for a file that plays as it is: read from the session's playlists and put on a text track of the video. */
export class DirectSubtitles {
  private readonly tracks = new Map<number, TextTrack>();

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly masterUrl: string,
  ) {}

  /** Shows the track at `index` of the list; null shows none. */
  async show(index: number | null, label: string, language: string): Promise<void> {
    for (const track of this.tracks.values()) track.mode = "disabled";
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
