import { useEffect, useState } from "preact/hooks";
import { bitrate, clock, number } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { IconButton } from "../../parts/button.tsx";
import type { Playback } from "./playback.ts";

/** The numbers behind the picture, twice a second. */
export function Stats({ playback, onClose }: { playback: Playback; onClose: () => void }) {
  const [, tick] = useState(0);
  const text = t.value.player;
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 500);
    return () => clearInterval(timer);
  }, []);
  return (
    <section class="stats" aria-label={text.stats}>
      <IconButton icon="close" label={t.value.action.close} onClick={onClose} />
      <dl class="numeric">
        {read(playback).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function read(playback: Playback): [string, string][] {
  const { stat, method } = t.value.player;
  const { video, hls } = playback;
  const session = playback.session.value;
  const quality = video.getVideoPlaybackQuality?.();
  const level = hls?.levels[hls.currentLevel];
  const decided =
    playback.mode.value === "direct"
      ? "direct"
      : session?.decision.method === "direct"
        ? "transcode"
        : session?.decision.method;
  const reasons = session?.decision.reasons.map((reason) => reason.text).join(" ");
  return [
    [stat.method, method[decided ?? ""] ?? "–"],
    [stat.reasons, reasons || "–"],
    [stat.resolution, `${video.videoWidth} × ${video.videoHeight}`],
    [stat.screen, `${video.clientWidth} × ${video.clientHeight} @ ${number(devicePixelRatio, 1)}`],
    [stat.level, level ? `${level.height}p · ${bitrate(level.bitrate)}` : (playback.playing.value ?? "–")],
    [
      stat.codecs,
      level ? [level.videoCodec, level.audioCodec ?? hls?.audioTracks[0]?.audioCodec].filter(Boolean).join(", ") : "–",
    ],
    [stat.bandwidth, playback.bandwidth.value ? bitrate(playback.bandwidth.value) : "–"],
    [stat.buffer, `${number(buffered(video), 1)} s`],
    [stat.dropped, quality ? `${quality.droppedVideoFrames} / ${quality.totalVideoFrames}` : "–"],
    [stat.position, clock(video.currentTime)],
    [stat.session, session?.id ?? "–"],
  ];
}

/** Seconds that are ready ahead of the playhead. */
function buffered(video: HTMLVideoElement): number {
  for (let index = 0; index < video.buffered.length; index += 1) {
    if (video.buffered.start(index) <= video.currentTime + 0.1 && video.buffered.end(index) > video.currentTime) {
      return video.buffered.end(index) - video.currentTime;
    }
  }
  return 0;
}
