import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../../api/endpoints.ts";
import type { TitleView } from "../../api/types.ts";
import { clock } from "../../i18n/format.ts";
import { language, t } from "../../i18n/index.ts";
import { Button } from "../../parts/button.tsx";
import { ErrorNotice } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { watchPath } from "../../parts/watch-path.ts";
import { goBack, navigate, setQuery } from "../../router/router.ts";
import { invalidate, peek, useQuery } from "../../state/query.ts";
import { BottomBar, TopBar } from "./bars.tsx";
import type { MenuName } from "./menus.tsx";
import { NextUp } from "./next-up.tsx";
import { Playback } from "./playback.ts";
import { PlayerKeys } from "./player-keys.tsx";
import { Stats } from "./stats.tsx";
import { useKeys, wake } from "./use-keys.ts";
import { useProgress } from "./use-progress.ts";
import { useThumbnails } from "./use-thumbnails.ts";

export interface StageState {
  menu: MenuName | null;
  help: boolean;
  stats: boolean;
}

/** The video with everything around it. */
export function Stage({ title, item, from }: { title: string; item: string | null; from: number | null }) {
  // The address loses it once playback has begun, so that a reload goes on.
  const first = useRef(from).current;
  const controller = useRef<HTMLElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [playback, setPlayback] = useState<Playback | null>(null);
  const [shown, setShown] = useState<StageState>({ menu: null, help: false, stats: false });
  const [flash, setFlash] = useState<string | null>(null);
  useEffect(() => {
    const created = new Playback(title, item, video.current as HTMLVideoElement);
    setPlayback(created);
    void created.open(first);
    if (first !== null) setQuery({ from: null });
    return () => {
      created.close();
      invalidate();
    };
  }, []);
  const session = playback?.session.value ?? null;
  const kind = session?.item.kind === "episode" ? "show" : "movie";
  const about = useQuery(session ? `title:${session.item.title_id}` : null, (signal) =>
    api.catalog.title(kind, session?.item.title_id as string, signal),
  );
  const name = about.data?.title ?? peek<TitleView>(`title:${title}`)?.title ?? "";
  usePageTitle(name);
  useProgress(playback);
  useThumbnails(playback);
  useFlash(flash, () => setFlash(null));
  useEffect(() => {
    const at = first ?? session?.resume_position ?? 0;
    if (at > 5) setFlash(t.value.player.resumed(clock(at)));
  }, [session?.id]);
  const leave = () => goBack(`/${kind}s/${session?.item.title_id ?? title}`);
  const next = () =>
    session?.next_item_id && navigate(watchPath(session.item.title_id, session.next_item_id), { replace: true });
  useKeys({ playback, controller, shown, setShown, flash: setFlash, leave, next });
  useEffect(() => wake(controller.current), [shown.menu]);
  const error = playback?.error.value;
  const busyMenu = shown.menu !== null || shown.help;
  return (
    <div class="stage after-dark">
      <media-controller
        ref={controller}
        class="stage-controller"
        autohide={busyMenu ? "-1" : "3"}
        lang={language.value}
        nohotkeys
        breakpoints="narrow:0 wide:720"
      >
        <video ref={video} slot="media" playsInline aria-label={name} />
        <media-loading-indicator slot="centered-chrome" noautohide loadingdelay="400" />
        <div slot="centered-chrome" class="stage-center">
          <media-seek-backward-button seekoffset="10" notooltip />
          <media-play-button notooltip />
          <media-seek-forward-button seekoffset="10" notooltip />
        </div>
        <TopBar name={name} item={session?.item ?? null} onLeave={leave} />
        {playback && (
          <BottomBar
            playback={playback}
            shown={shown}
            setShown={setShown}
            onNext={session?.next_item_id ? next : null}
          />
        )}
      </media-controller>
      {playback && session?.next_item_id && (
        <NextUp video={playback.video} title={session.item.title_id} item={session.next_item_id} onNext={next} />
      )}
      {playback && shown.stats && (
        <Stats playback={playback} onClose={() => setShown((old) => ({ ...old, stats: false }))} />
      )}
      {shown.help && <PlayerKeys onClose={() => setShown((old) => ({ ...old, help: false }))} />}
      {flash && !error && (
        <p class="stage-flash numeric" role="status">
          {flash}
        </p>
      )}
      {error && (
        <div class="stage-error">
          <ErrorNotice error={error} retry={() => void playback?.reopen()}>
            <Button onClick={leave}>{t.value.action.back}</Button>
          </ErrorNotice>
        </div>
      )}
    </div>
  );
}

function useFlash(flash: string | null, clear: () => void): void {
  useEffect(() => {
    if (flash === null) return;
    const timer = setTimeout(clear, 1_600);
    return () => clearTimeout(timer);
  }, [flash]);
}
