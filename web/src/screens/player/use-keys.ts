import { useEffect, useRef } from "preact/hooks";
import { number } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { belongsToMenu, type Command, changedSpeed, commandOf } from "./keys.ts";
import type { Playback } from "./playback.ts";
import type { StageState } from "./stage.tsx";

interface KeysOptions {
  playback: Playback | null;
  controller: { current: HTMLElement | null };
  shown: StageState;
  setShown: (change: (old: StageState) => StageState) => void;
  flash: (text: string) => void;
  leave: () => void;
  next: () => void;
}

/** The player's keyboard. */
export function useKeys(options: KeysOptions): void {
  const latest = useRef(options);
  latest.current = options;
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      const { playback, shown } = latest.current;
      if (!playback || shown.help || event.defaultPrevented || (shown.menu && belongsToMenu(event))) return;
      const target = event.composedPath()[0] as Element;
      const pressing = event.key === " " || event.key === "Enter";
      if (pressing && target.closest?.("button, a, summary, [role='button']")) return;
      const command = commandOf(event);
      if (!command) return;
      if (run(command, playback, latest.current)) event.preventDefault();
      // The time line has arrow keys of its own, of other lengths.
      event.stopPropagation();
      wake(latest.current.controller.current);
    };
    window.addEventListener("keydown", down, true);
    return () => window.removeEventListener("keydown", down, true);
  }, []);
}

/** Shows the controls, as a movement of the mouse would. */
export function wake(controller: HTMLElement | null): void {
  controller?.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, composed: true, pointerType: "mouse" }));
}

function run(command: Command, playback: Playback, options: KeysOptions): boolean {
  const { video } = playback;
  const words = t.value.player;
  switch (command.do) {
    case "toggle":
      if (video.paused) void video.play().catch(() => undefined);
      else video.pause();
      return true;
    case "seek":
      video.currentTime = Math.min(Math.max(0, video.currentTime + command.by), video.duration || 0);
      return true;
    case "seekPart":
      if (video.duration) video.currentTime = Math.min(video.duration * command.part, video.duration - 0.5);
      return true;
    case "volume":
      video.muted = false;
      video.volume = Math.min(1, Math.max(0, Math.round((video.volume + command.by) * 20) / 20));
      options.flash(words.volume(Math.round(video.volume * 100)));
      return true;
    case "speed":
      video.playbackRate = changedSpeed(video.playbackRate, command.by);
      options.flash(words.speedNow(number(video.playbackRate, video.playbackRate % 0.5 ? 2 : 1)));
      return true;
    case "mute":
      video.muted = !video.muted;
      return true;
    case "captions":
      return toggleCaptions(playback);
    case "fullscreen":
      return toggleFullscreen(options.controller.current);
    case "pip":
      if (document.pictureInPictureElement) void document.exitPictureInPicture();
      else void video.requestPictureInPicture?.().catch(() => undefined);
      return true;
    case "next":
      options.next();
      return true;
    case "stats":
      options.setShown((old) => ({ ...old, stats: !old.stats }));
      return true;
    case "help":
      options.setShown((old) => ({ ...old, help: true, menu: null }));
      return true;
    case "leave":
      if (document.fullscreenElement) return false;
      options.leave();
      return true;
  }
}

function toggleCaptions(playback: Playback): boolean {
  const tracks = playback.session.value?.subtitles.length ?? 0;
  if (tracks > 0) void playback.chooseSubtitle(playback.subtitle.value === null ? 0 : null);
  return tracks > 0;
}

function toggleFullscreen(controller: HTMLElement | null): boolean {
  const wanted = document.fullscreenElement ? "mediaexitfullscreenrequest" : "mediaenterfullscreenrequest";
  controller?.dispatchEvent(new CustomEvent(wanted, { bubbles: true, composed: true }));
  return true;
}
