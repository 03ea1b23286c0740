import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { bitrate, heightName, number, trackName } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { Icon } from "../../parts/icon.tsx";
import { AUTO, type Playback } from "./playback.ts";
import { ORIGINAL, type Quality } from "./quality.ts";

export type MenuName = "quality" | "audio" | "subtitles" | "speed" | "all";
export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];

/** Which menus have something to choose from. */
export function menusOf(playback: Playback): Record<"quality" | "audio" | "subtitles", boolean> {
  const session = playback.session.value;
  return {
    quality: playback.qualities.value.length > 0,
    audio: (session?.audio.length ?? 0) > 1,
    subtitles: (session?.subtitles.length ?? 0) > 0,
  };
}

interface MenuPanelProps {
  playback: Playback;
  menu: MenuName;
  onClose: () => void;
  onStats: () => void;
}

/** The open menu. Arrow keys move in it, Escape leaves it, a click outside closes it. */
export function MenuPanel({ playback, menu, onClose, onStats }: MenuPanelProps) {
  const panel = useRef<HTMLDivElement>(null);
  const has = menusOf(playback);
  const wanted = (name: "quality" | "audio" | "subtitles" | "speed") =>
    menu === name || (menu === "all" && (name === "speed" || has[name]));
  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null;
    const first =
      panel.current?.querySelector<HTMLElement>('[aria-checked="true"]') ??
      panel.current?.querySelector<HTMLElement>("button");
    first?.focus();
    const outside = (event: PointerEvent) => {
      const target = event.target as Element;
      if (!panel.current?.contains(target) && !target.closest?.("[data-menu]")) onClose();
    };
    document.addEventListener("pointerdown", outside, true);
    return () => {
      document.removeEventListener("pointerdown", outside, true);
      opener?.focus();
    };
  }, [menu]);
  return (
    <div
      class="menu"
      role="menu"
      tabIndex={-1}
      ref={panel}
      onKeyDown={(event) => moveInMenu(event, panel.current, onClose)}
    >
      {wanted("quality") && <QualityMenu playback={playback} />}
      {wanted("audio") && <AudioMenu playback={playback} />}
      {wanted("subtitles") && <SubtitleMenu playback={playback} />}
      {wanted("speed") && <SpeedMenu video={playback.video} />}
      {(menu === "quality" || menu === "all") && (
        <button type="button" role="menuitem" class="menu-entry menu-extra" onClick={onStats}>
          <Icon name="chart" size={18} />
          {t.value.player.stats}
        </button>
      )}
    </div>
  );
}

function QualityMenu({ playback }: { playback: Playback }) {
  const text = t.value.player;
  useEffect(() => void playback.measure(), []);
  const chosen = playback.quality.value;
  const best = playback.recommended.value;
  const measured = playback.bandwidth.value;
  const playing = playback.mode.value === "hls" && chosen === AUTO ? playback.playing.value : null;
  return (
    <Section title={text.quality} note={measured ? text.measured(bitrate(measured)) : text.measuring}>
      <Entry on={chosen === AUTO} id={AUTO} onClick={() => void playback.chooseQuality(AUTO)} note={null}>
        {playing ? text.autoAt(playing) : text.auto}
      </Entry>
      {playback.qualities.value.map((quality) => (
        <Entry
          key={quality.id}
          id={quality.id}
          on={chosen === quality.id}
          onClick={() => void playback.chooseQuality(quality.id)}
          note={bitrate(quality.bandwidth)}
          mark={best?.id === quality.id ? text.recommended : null}
        >
          {qualityName(quality)}
        </Entry>
      ))}
    </Section>
  );
}

function qualityName(quality: Quality): string {
  if (quality.id !== ORIGINAL) return quality.name;
  return [t.value.player.original, quality.height ? heightName(quality.height) : null].filter(Boolean).join(" · ");
}

function AudioMenu({ playback }: { playback: Playback }) {
  const tracks = playback.session.value?.audio ?? [];
  return (
    <Section title={t.value.player.audio}>
      {tracks.map((track, index) => (
        <Entry
          key={track.index}
          id={`audio-${index}`}
          on={playback.audio.value === index}
          onClick={() => void playback.chooseAudio(index)}
          note={track.channels ? t.value.title.channels(track.channels) : null}
        >
          {trackName(track) || t.value.fact.track(index + 1)}
        </Entry>
      ))}
    </Section>
  );
}

function SubtitleMenu({ playback }: { playback: Playback }) {
  const text = t.value.player;
  const tracks = playback.session.value?.subtitles ?? [];
  return (
    <Section title={text.subtitles}>
      <Entry
        id="subtitles-off"
        on={playback.subtitle.value === null}
        onClick={() => void playback.chooseSubtitle(null)}
        note={null}
      >
        {text.off}
      </Entry>
      {tracks.map((track, index) => (
        <Entry
          key={track.index}
          id={`subtitles-${index}`}
          on={playback.subtitle.value === index}
          onClick={() => void playback.chooseSubtitle(index)}
          note={track.forced ? t.value.title.forced : null}
        >
          {trackName(track) || t.value.fact.track(index + 1)}
        </Entry>
      ))}
    </Section>
  );
}

function SpeedMenu({ video }: { video: HTMLVideoElement }) {
  const text = t.value.player;
  const panel = useRef<HTMLSpanElement>(null);
  const choose = (speed: number) => {
    video.playbackRate = speed;
  };
  return (
    <Section title={text.speed}>
      <span ref={panel} class="menu-speeds">
        {SPEEDS.map((speed) => (
          <Entry
            key={speed}
            id={`speed-${speed}`}
            on={video.playbackRate === speed}
            onClick={() => choose(speed)}
            note={null}
          >
            {speed === 1 ? text.normal : `${number(speed, speed % 0.5 ? 2 : 1)}×`}
          </Entry>
        ))}
      </span>
    </Section>
  );
}

function Section({ title, note, children }: { title: string; note?: string; children: ComponentChildren }) {
  return (
    <div role="group" aria-label={title} class="menu-section">
      <p class="menu-title">
        <strong>{title}</strong>
        {note && <span class="quiet small numeric">{note}</span>}
      </p>
      {children}
    </div>
  );
}

interface EntryProps {
  id: string;
  on: boolean;
  onClick: () => void;
  note: string | null;
  mark?: string | null;
  children: ComponentChildren;
}

function Entry({ id, on, onClick, note, mark, children }: EntryProps) {
  return (
    <button type="button" role="menuitemradio" aria-checked={on} class="menu-entry" data-choice={id} onClick={onClick}>
      <span class="menu-check">{on && <Icon name="check" size={18} />}</span>
      <span class="menu-name">
        {children}
        {mark && <span class="menu-mark">{mark}</span>}
      </span>
      {note && <span class="quiet small numeric">{note}</span>}
    </button>
  );
}

function moveInMenu(event: KeyboardEvent, panel: HTMLElement | null, close: () => void): void {
  const entries = [...(panel?.querySelectorAll<HTMLElement>("button") ?? [])];
  const at = entries.indexOf(document.activeElement as HTMLElement);
  const to: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 };
  const target = to[event.key];
  if (event.key === "Escape" || event.key === "Tab") close();
  else if (target !== undefined) entries[(target + entries.length) % entries.length]?.focus();
  else if (event.key !== "Enter" && event.key !== " ") return;
  event.stopPropagation();
  if (target !== undefined || event.key === "Escape") event.preventDefault();
}
