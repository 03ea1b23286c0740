import { computed, signal } from "@preact/signals";
import type Hls from "hls.js";
import { type ProblemError, serverUrl } from "../../api/client.ts";
import { api } from "../../api/endpoints.ts";
import type { PlaybackSession } from "../../api/types.ts";
import { asProblemError } from "../../state/query.ts";
import { lastBandwidth, measureBandwidth } from "./bandwidth.ts";
import { capabilities } from "./capabilities.ts";
import { startHls } from "./hls.ts";
import { mediaProblem } from "./media-problem.ts";
import { fileBandwidth, ORIGINAL, type Quality, recommended } from "./quality.ts";
import { Subtitles } from "./subtitles.ts";

export const AUTO = "auto";

/** One video being played: the session with the server, the source in the video element, and what the menus choose. */
export class Playback {
  readonly session = signal<PlaybackSession | null>(null);
  readonly error = signal<ProblemError | null>(null);
  readonly mode = signal<"direct" | "hls">("direct");
  /** AUTO, ORIGINAL or a rendition's name. */
  readonly quality = signal<string>(AUTO);
  /** The rendition on the screen. */
  readonly playing = signal<string | null>(null);
  readonly bandwidth = signal<number | null>(lastBandwidth.value);
  /** Positions in the session's lists of tracks. */
  readonly audio = signal(0);
  readonly subtitle = signal<number | null>(null);

  readonly qualities = computed<Quality[]>(() => this.listQualities());
  readonly recommended = computed(() => recommended(this.qualities.value, this.bandwidth.value, screenHeight()));

  hls: Hls | null = null;
  private subtitles: Subtitles | null = null;
  private reopened = 0;
  private closed = false;

  constructor(
    readonly title: string,
    readonly item: string | null,
    readonly video: HTMLVideoElement,
  ) {
    video.addEventListener("error", this.onVideoError);
  }

  /** Opens a session and starts at `position`, or where the person stopped before. */
  async open(position: number | null = null): Promise<void> {
    this.error.value = null;
    try {
      const what = this.item ? { item_id: this.item } : { title_id: this.title };
      const session = await api.playback.open({ ...what, capabilities: capabilities() });
      if (this.closed) return void api.playback.close(session.id).catch(() => undefined);
      this.session.value = session;
      this.subtitles?.hide();
      this.subtitles = session.master_url ? new Subtitles(this.video, serverUrl(session.master_url)) : null;
      if (this.subtitle.value !== null) void this.chooseSubtitle(this.subtitle.value);
      const standard = session.audio.findIndex((track) => track.default);
      this.audio.value = Math.max(0, standard);
      await this.start(position ?? session.resume_position ?? 0);
    } catch (error) {
      this.fail(error);
    }
  }

  close(): void {
    this.closed = true;
    this.video.removeEventListener("error", this.onVideoError);
    this.stop();
    const id = this.session.value?.id;
    if (id) void api.playback.close(id).catch(() => undefined);
  }

  /** A new session at the same place: after an expired link, or when the person asks to try again. */
  async reopen(): Promise<void> {
    const at = this.video.currentTime;
    const old = this.session.value?.id;
    this.stop();
    if (old) void api.playback.close(old).catch(() => undefined);
    await this.open(at || null);
  }

  async chooseQuality(id: string): Promise<void> {
    this.quality.value = id;
    if (id === ORIGINAL && this.playsFile()) return this.switchTo("direct");
    if (this.mode.value === "direct") return this.switchTo("hls");
    this.applyLevel();
  }

  async chooseAudio(index: number): Promise<void> {
    this.audio.value = index;
    if (this.mode.value === "direct") {
      if (this.quality.value === ORIGINAL) this.quality.value = AUTO;
      return this.switchTo("hls");
    }
    if (this.hls && index < this.hls.audioTracks.length) this.hls.audioTrack = index;
  }

  async chooseSubtitle(index: number | null): Promise<void> {
    this.subtitle.value = index;
    const track = index === null ? null : this.session.value?.subtitles[index];
    await this.subtitles?.show(index, track?.title ?? "", track?.language ?? "").catch(() => undefined);
  }

  /** The speed of the connection, newly measured unless that was done a moment ago. */
  async measure(): Promise<void> {
    this.bandwidth.value = (await measureBandwidth()) ?? this.bandwidth.value;
  }

  /** What hls.js makes of the connection: less than a measurement, because it waits for segments that are still being made. */
  estimated(bandwidth: number): void {
    this.bandwidth.value ??= Math.round(bandwidth);
  }

  /** hls.js has read the master playlist. */
  manifestRead(): void {
    this.applyLevel();
    const { hls } = this;
    if (hls && this.audio.value > 0 && this.audio.value < hls.audioTracks.length) hls.audioTrack = this.audio.value;
  }

  levelSwitched(index: number): void {
    const level = this.hls?.levels[index];
    this.playing.value = level ? this.nameOf(level) : null;
  }

  /** The source cannot go on. A link that has expired gets a new session, once in a while. */
  async sourceFailed(url: string | undefined, fallback: string): Promise<void> {
    const problem = await mediaProblem(url, fallback);
    const expired = problem.code === "playback_url_expired" || problem.problem.status === 403;
    if (expired && performance.now() - this.reopened > 30_000) {
      this.reopened = performance.now();
      return this.reopen();
    }
    this.fail(problem);
  }

  /** Whether the browser can play the file itself; a session always names its address. */
  private playsFile(): boolean {
    return this.session.value?.decision.method === "direct" && this.session.value.file_url !== null;
  }

  private async start(position: number): Promise<void> {
    const session = this.session.value;
    if (!session) return;
    const direct = this.playsFile();
    if (direct && (this.quality.value === AUTO || this.quality.value === ORIGINAL)) {
      this.quality.value = ORIGINAL;
      this.startDirect(position);
    } else {
      await this.startAdaptive(position);
    }
  }

  private startDirect(position: number): void {
    const session = this.session.value;
    if (!session?.file_url) return;
    this.mode.value = "direct";
    this.playing.value = ORIGINAL;
    if (position > 0)
      this.video.addEventListener("loadedmetadata", () => (this.video.currentTime = position), { once: true });
    this.video.src = serverUrl(session.file_url);
    this.play();
  }

  private async startAdaptive(position: number): Promise<void> {
    const session = this.session.value;
    if (!session?.master_url) throw new Error("no source");
    this.mode.value = "hls";
    this.hls = await startHls(this, serverUrl(session.master_url), position);
    this.play();
  }

  private async switchTo(mode: "direct" | "hls"): Promise<void> {
    const position = this.video.currentTime;
    const paused = this.video.paused;
    this.stop();
    try {
      if (mode === "direct") this.startDirect(position);
      else await this.startAdaptive(position);
    } catch (error) {
      return this.fail(error);
    }
    if (paused) this.video.pause();
  }

  private stop(): void {
    this.hls?.destroy();
    this.hls = null;
    this.video.removeAttribute("src");
    this.video.load();
  }

  private play(): void {
    // Browsers may want a click first; the play button is then in the middle of the screen.
    this.video.play().catch(() => undefined);
  }

  private applyLevel(): void {
    if (!this.hls) return;
    const wanted = this.quality.value;
    this.hls.nextLevel = wanted === AUTO ? -1 : this.hls.levels.findIndex((level) => this.nameOf(level) === wanted);
  }

  private nameOf(level: { name?: string; height: number; width: number }): string {
    if (level.name === ORIGINAL) return ORIGINAL;
    const known = this.session.value?.renditions ?? [];
    const same = known.find((rendition) => rendition.name === level.name);
    const alike = known.find((rendition) => rendition.height === level.height && rendition.width === level.width);
    return (same ?? alike ?? known.find((rendition) => rendition.height === level.height))?.name ?? `${level.height}p`;
  }

  private listQualities(): Quality[] {
    const session = this.session.value;
    if (!session) return [];
    const list: Quality[] = session.renditions.map((rendition) => ({ id: rendition.name, ...rendition }));
    list.sort((a, b) => b.height - a.height || b.bandwidth - a.bandwidth);
    const file = session.item.files.find((each) => each.state === "ok");
    if (this.playsFile() && file) {
      const height = file.height ?? list[0]?.height ?? 0;
      list.unshift({
        id: ORIGINAL,
        name: ORIGINAL,
        height,
        bandwidth: fileBandwidth(file.size, file.duration ?? session.duration),
      });
    }
    return list;
  }

  private readonly onVideoError = (): void => {
    const session = this.session.value;
    if (this.mode.value !== "direct" || !this.video.error || !session || this.closed) return;
    const undecodable = this.video.error.code >= MediaError.MEDIA_ERR_DECODE;
    const url = session.file_url ? serverUrl(session.file_url) : undefined;
    // What the browser promised and could not keep, the server can still convert.
    if (undecodable && session.master_url) {
      this.quality.value = AUTO;
      void this.switchTo("hls");
    } else void this.sourceFailed(url, this.video.error.message);
  };

  private fail(error: unknown): void {
    if (this.closed) return;
    this.error.value = asProblemError(error);
  }
}

function screenHeight(): number {
  return Math.round(Math.max(screen.height, 720) * devicePixelRatio);
}
