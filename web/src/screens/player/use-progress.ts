import { useEffect } from "preact/hooks";
import type { Playback } from "./playback.ts";
import { ports } from "./progress-ports.ts";
import { flush, ProgressReporter } from "./progress-reporter.ts";

/** Keeps the server informed of the playhead while the video is on the screen. */
export function useProgress(playback: Playback | null): void {
  const item = playback?.session.value?.item ?? null;
  useEffect(() => {
    if (!playback || !item) return;
    const { video } = playback;
    const reporter = new ProgressReporter(item.title_id, item.id, device(), ports);
    // While a source is changed or taken away the video says 0; the place where somebody is stays what it was.
    let begun = false;
    let playing = false;
    let place = 0;
    const here = () => {
      if (playing && video.readyState > 0) place = video.currentTime;
      return place;
    };
    const length = () => (Number.isFinite(video.duration) ? video.duration : (playback.session.value?.duration ?? 0));
    const tell = (state: "playing" | "paused" | "stopped", last = false) =>
      begun && reporter.report(here(), length(), state, last);
    const handlers: [EventTarget, string, () => void][] = [
      [
        video,
        "playing",
        () => {
          begun = true;
          playing = true;
        },
      ],
      [
        video,
        "emptied",
        () => {
          playing = false;
        },
      ],
      [video, "timeupdate", () => playing && reporter.tick(here(), length())],
      [video, "pause", () => !video.ended && tell("paused")],
      [video, "seeked", () => tell(video.paused ? "paused" : "playing")],
      [video, "ended", () => tell("stopped")],
      [
        document,
        "visibilitychange",
        () => document.visibilityState === "hidden" && tell(video.paused ? "paused" : "playing", true),
      ],
      [window, "pagehide", () => tell("stopped", true)],
      [window, "online", () => void flush(ports)],
    ];
    for (const [target, event, handler] of handlers) target.addEventListener(event, handler);
    void flush(ports);
    return () => {
      for (const [target, event, handler] of handlers) target.removeEventListener(event, handler);
      tell("stopped", true);
    };
  }, [playback, item?.id]);
}

function device(): string {
  const agent = navigator.userAgent;
  const browser = /Firefox|Edg|OPR|Chrome|Safari/.exec(agent)?.[0] ?? "Browser";
  const system = /Android|iPhone|iPad|Windows|Mac OS|CrOS|Linux/.exec(agent)?.[0] ?? "";
  return [browser, system].filter(Boolean).join(", ");
}
