import type { ItemSummary } from "../../api/types.ts";
import { t } from "../../i18n/index.ts";
import { IconButton } from "../../parts/button.tsx";
import { Icon, type IconName } from "../../parts/icon.tsx";
import { type MenuName, MenuPanel, menusOf } from "./menus.tsx";
import { AUTO, type Playback } from "./playback.ts";
import { ORIGINAL } from "./quality.ts";
import type { StageState } from "./stage.tsx";

export function TopBar({ name, item, onLeave }: { name: string; item: ItemSummary | null; onLeave: () => void }) {
  const text = t.value;
  const episode = item?.season != null && item.episode != null ? text.fact.episode(item.season, item.episode) : null;
  return (
    <div class="stage-top" slot="top-chrome">
      <IconButton icon="left" label={name ? text.player.backTo(name) : text.action.back} onClick={onLeave} />
      <div>
        <h1>{name}</h1>
        {episode && <p class="small numeric">{[episode, item?.name].filter(Boolean).join("  ")}</p>}
      </div>
    </div>
  );
}

interface BottomBarProps {
  playback: Playback;
  shown: StageState;
  setShown: (change: (old: StageState) => StageState) => void;
  onNext: (() => void) | null;
}

/** The time line and the buttons below it. */
export function BottomBar({ playback, shown, setShown, onNext }: BottomBarProps) {
  const text = t.value.player;
  const toggle = (menu: MenuName) => setShown((old) => ({ ...old, menu: old.menu === menu ? null : menu }));
  const close = () => setShown((old) => ({ ...old, menu: null }));
  const menus = menusOf(playback);
  const opener = (menu: MenuName, icon: IconName, label: string, extra?: string | null, only = "wide-only") => (
    <button
      type="button"
      class={`stage-button ${only}`}
      title={label}
      aria-haspopup="menu"
      aria-expanded={shown.menu === menu}
      data-menu={menu}
      onClick={() => toggle(menu)}
    >
      <Icon name={icon} size={24} />
      <span class="hidden-visually">{label}</span>
      {extra && <span class="numeric">{extra}</span>}
    </button>
  );
  return (
    <div class="stage-bottom">
      <media-time-range>
        <media-preview-thumbnail slot="preview" />
        <media-preview-time-display slot="preview" />
      </media-time-range>
      <div class="stage-buttons">
        <media-play-button notooltip>
          <Icon name="play" size={28} slot="play" />
          <Icon name="pause" size={28} slot="pause" />
        </media-play-button>
        {onNext && (
          <button
            type="button"
            class="stage-button"
            aria-label={text.nextEpisode}
            title={text.nextEpisode}
            onClick={onNext}
          >
            <Icon name="next" size={24} />
          </button>
        )}
        <media-seek-backward-button seekoffset="10" notooltip class="wide-only" />
        <media-seek-forward-button seekoffset="10" notooltip class="wide-only" />
        <media-mute-button notooltip />
        <media-volume-range class="wide-only" />
        <media-time-display showduration notoggle />
        <span class="stage-space" />
        {menus.subtitles && opener("subtitles", "captions", text.subtitles)}
        {menus.audio && opener("audio", "audio", text.audio)}
        {menus.quality && opener("quality", "chart", text.quality, qualityLabel(playback))}
        {opener("speed", "speed", text.speed)}
        {opener("all", "settings", text.settings, null, "narrow-only")}
        <IconButton
          icon="keyboard"
          class="wide-only stage-button"
          label={text.keys}
          onClick={() => setShown((old) => ({ ...old, help: true, menu: null }))}
        />
        <media-pip-button notooltip class="wide-only" />
        <media-fullscreen-button notooltip />
      </div>
      {shown.menu && (
        <MenuPanel
          playback={playback}
          menu={shown.menu}
          onClose={close}
          onStats={() => setShown((old) => ({ ...old, menu: null, stats: true }))}
        />
      )}
    </div>
  );
}

function qualityLabel(playback: Playback): string {
  const text = t.value.player;
  const { value } = playback.quality;
  if (value === ORIGINAL) return text.original;
  if (value !== AUTO) return value;
  return playback.playing.value ? text.autoAt(playback.playing.value) : text.auto;
}
