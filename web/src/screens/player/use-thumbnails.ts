import { useEffect } from "preact/hooks";
import { serverUrl } from "../../api/client.ts";
import type { Playback } from "./playback.ts";

const PATIENCE = [0, 5_000, 15_000, 30_000];

/** Gives the time line its pictures, as soon as the server has them. */
export function useThumbnails(playback: Playback | null): void {
  const url = playback?.session.value?.trickplay_url;
  useEffect(() => {
    if (!playback || !url) return;
    const address = serverUrl(url);
    let track: HTMLTrackElement | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const abort = new AbortController();
    const attempt = async (turn: number) => {
      const response = await fetch(address, { signal: abort.signal }).catch(() => null);
      if (abort.signal.aborted) return;
      if (response?.ok) {
        track = document.createElement("track");
        Object.assign(track, { kind: "metadata", label: "thumbnails", default: true, src: address });
        playback.video.append(track);
      } else if (turn + 1 < PATIENCE.length && response?.status !== 404) {
        timer = setTimeout(() => void attempt(turn + 1), PATIENCE[turn + 1]);
      }
    };
    void attempt(0);
    return () => {
      abort.abort();
      clearTimeout(timer);
      track?.remove();
    };
  }, [playback, url]);
}
