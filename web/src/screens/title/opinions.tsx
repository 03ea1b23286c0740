import { useState } from "preact/hooks";
import { api } from "../../api/endpoints.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { tellProblem } from "../../state/notices.ts";
import { invalidate, peek, remember, useQuery } from "../../state/query.ts";

const STARS = [1, 2, 3, 4, 5];

/** Shows what was chosen at once, and takes it back when the server refuses. */
function useOptimistic<T>(key: string, load: (signal: AbortSignal) => Promise<T>) {
  const query = useQuery(key, load);
  const [, render] = useState(0);
  const put = (value: T) => {
    remember(key, value);
    render((n) => n + 1);
  };
  const change = (value: T, send: () => Promise<unknown>) => {
    const before = peek<T>(key) as T;
    put(value);
    send().then(
      () => invalidate("home"),
      (reason: unknown) => {
        put(before);
        tellProblem(reason);
      },
    );
  };
  return { value: query.data, change };
}

/** Puts a title on the person's list of what to watch, or takes it off. */
export function WatchlistButton({ title }: { title: string }) {
  const text = t.value.title;
  const { value: listed, change } = useOptimistic(`watchlist:${title}`, (signal) => api.me.isListed(title, signal));
  return (
    <Button
      icon={listed ? "check" : "plus"}
      class="glass"
      aria-pressed={!!listed}
      disabled={listed === undefined}
      onClick={() => change(!listed, () => (listed ? api.me.unlist(title) : api.me.list(title)))}
    >
      <span class="watchlist-word">{text.watchlist}</span>
    </Button>
  );
}

/** One to five stars; the one that is chosen takes the rating back. */
export function Rating({ title }: { title: string }) {
  const text = t.value.title;
  const { value: rating, change } = useOptimistic(`rating:${title}`, (signal) => api.me.rating(title, signal));
  const rate = (stars: number) =>
    stars === rating ? change(null, () => api.me.unrate(title)) : change(stars, () => api.me.rate(title, stars));
  return (
    <fieldset class="rating" aria-label={text.rating} disabled={rating === undefined}>
      <span class="quiet small" aria-hidden="true">
        {text.rating}
      </span>
      {STARS.map((stars) => (
        <button
          key={stars}
          type="button"
          class={rating && stars <= rating ? "on" : ""}
          aria-pressed={rating === stars}
          aria-label={text.stars(stars)}
          onClick={() => rate(stars)}
        >
          <Icon name="star" size={22} />
        </button>
      ))}
    </fieldset>
  );
}
