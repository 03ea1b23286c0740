import { useEffect, useState } from "preact/hooks";
import { api } from "../../api/endpoints.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../parts/button.tsx";
import { useQuery } from "../../state/query.ts";

const LEAD = 12;

interface NextUpProps {
  video: HTMLVideoElement;
  title: string;
  item: string;
  onNext: () => void;
}

/** In the last seconds: what comes next, and when. */
export function NextUp({ video, item, onNext }: NextUpProps) {
  const [left, setLeft] = useState<number | null>(null);
  const [dismissed, setDismissed] = useState(false);
  useEffect(() => {
    const look = () => {
      const rest = video.duration - video.currentTime;
      const near = Number.isFinite(rest) && rest <= LEAD && video.duration > LEAD * 4;
      setLeft(near ? Math.max(0, Math.ceil(rest)) : null);
    };
    video.addEventListener("timeupdate", look);
    return () => video.removeEventListener("timeupdate", look);
  }, [video]);
  useEffect(() => {
    const ended = () => !dismissed && onNext();
    video.addEventListener("ended", ended);
    return () => video.removeEventListener("ended", ended);
  }, [video, dismissed, onNext]);
  const next = useQuery(left === null ? null : `item:${item}`, (signal) => api.library.item(item, signal));
  if (left === null || dismissed) return null;
  const text = t.value;
  const number =
    next.data?.season != null && next.data.episode != null
      ? text.fact.episode(next.data.season, next.data.episode)
      : null;
  return (
    <section class="next-up" aria-label={text.player.nextEpisode}>
      <p class="quiet small numeric" role="timer">
        {text.player.nextIn(left)}
      </p>
      <p>
        <strong>{[number, next.data?.name].filter(Boolean).join("  ")}</strong>
      </p>
      <div>
        <Button look="primary" icon="play" onClick={onNext}>
          {text.player.playNow}
        </Button>
        <Button onClick={() => setDismissed(true)}>{text.action.cancel}</Button>
      </div>
    </section>
  );
}
