import type { Capabilities } from "../../api/types.ts";

const VIDEO: Record<string, string> = {
  h264: "avc1.640029",
  hevc: "hvc1.1.6.L120.90",
  vp9: "vp09.00.40.08",
  av1: "av01.0.08M.08",
};
const AUDIO: Record<string, string> = {
  aac: "mp4a.40.2",
  mp3: "mp3",
  opus: "opus",
  flac: "flac",
  ac3: "ac-3",
  eac3: "ec-3",
};
const CONTAINERS: Record<string, string> = {
  mp4: 'video/mp4; codecs="avc1.640029, mp4a.40.2"',
  webm: 'video/webm; codecs="vp9, opus"',
  matroska: 'video/x-matroska; codecs="avc1.640029, mp4a.40.2"',
};

/** What this browser can play, as the server wants to hear it. */
export function capabilities(): Capabilities {
  const video = document.createElement("video");
  const opens = (type: string) => video.canPlayType(type) !== "";
  const plays = (codecs: Record<string, string>) =>
    Object.keys(codecs).filter((name) => opens(`video/mp4; codecs="${codecs[name]}"`));
  return {
    video_codecs: [...plays(VIDEO), ...(opens('video/webm; codecs="vp8"') ? ["vp8"] : [])],
    audio_codecs: [...plays(AUDIO), ...(opens('audio/webm; codecs="vorbis"') ? ["vorbis"] : [])],
    containers: Object.keys(CONTAINERS).filter((name) => opens(CONTAINERS[name] as string)),
    hdr: matchMedia("(dynamic-range: high)").matches,
  };
}
