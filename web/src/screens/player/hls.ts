import Hls, { type ErrorData, type HlsConfig } from "hls.js";
import { lastBandwidth } from "./bandwidth.ts";
import type { Playback } from "./playback.ts";

const FIRST_GUESS = 2_000_000;
const RESTARTS = 3;

const CONFIG: Partial<HlsConfig> = {
  maxBufferLength: 30,
  backBufferLength: 60,
  enableWorker: true,
  // `Subtitles` shows them, in every mode.
  enableWebVTT: false,
  enableIMSC1: false,
  enableCEA708Captions: false,
  renderTextTracksNatively: false,
};

/** Plays `url` with hls.js from `position`. Where only the browser itself can play HLS, it does. */
export async function startHls(playback: Playback, url: string, position: number): Promise<Hls | null> {
  const { video } = playback;
  if (!Hls.isSupported()) {
    video.addEventListener("loadedmetadata", () => (video.currentTime = position), { once: true });
    video.src = url;
    return null;
  }
  const hls = new Hls({
    ...CONFIG,
    startPosition: position,
    abrEwmaDefaultEstimate: lastBandwidth.value ?? FIRST_GUESS,
    abrEwmaDefaultEstimateMax: 50_000_000,
  });
  hls.on(Hls.Events.MANIFEST_PARSED, () => playback.manifestRead());
  hls.on(Hls.Events.LEVEL_SWITCHED, (_event, { level }) => playback.levelSwitched(level));
  hls.on(Hls.Events.FRAG_BUFFERED, () => playback.estimated(hls.bandwidthEstimate));
  recover(hls, playback);
  // The caller learns of the manifest after it has the instance.
  queueMicrotask(() => {
    hls.attachMedia(video);
    hls.loadSource(url);
  });
  return hls;
}

/** Errors that hls.js cannot get over by itself: start again, rebuild the decoder, and only then give up. */
function recover(hls: Hls, playback: Playback): void {
  let restarts = 0;
  let rebuilt = 0;
  hls.on(Hls.Events.FRAG_BUFFERED, () => {
    restarts = 0;
  });
  hls.on(Hls.Events.ERROR, (_event, data: ErrorData) => {
    if (!data.fatal) return;
    const refused = data.response?.code !== undefined && data.response.code >= 400 && data.response.code < 500;
    if (data.type === Hls.ErrorTypes.NETWORK_ERROR && !refused && hls.levels.length > 0 && restarts < RESTARTS) {
      restarts += 1;
      setTimeout(() => hls.startLoad(), 1_000 * 2 ** restarts);
    } else if (data.type === Hls.ErrorTypes.MEDIA_ERROR && rebuilt < 2) {
      rebuilt += 1;
      if (rebuilt === 2) hls.swapAudioCodec();
      hls.recoverMediaError();
    } else {
      hls.stopLoad();
      void playback.sourceFailed(data.frag?.url ?? data.url, data.details);
    }
  });
}
