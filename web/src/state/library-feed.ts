import { useEffect, useRef, useState } from "preact/hooks";
import { listen } from "../api/events.ts";
import { invalidate } from "./query.ts";
import { user } from "./session.ts";

const PAUSE = 3_000;
/** Pixels from the top within which nobody is reading a place that could jump. */
const AT_TOP = 160;

/** Reads what is shown under `prefix` again when the library has changed, every few seconds at most. */
export function useLibraryFeed(prefix: string): void {
  useNews(() => invalidate(prefix));
}

/**
 * The same for a long list: who has scrolled down is only told that there is something new, because the list would move under
 * their eyes. `show` reads it then.
 */
export function useLibraryNews(prefix: string): { news: boolean; show: () => void } {
  const [news, setNews] = useState(false);
  const show = () => {
    setNews(false);
    invalidate(prefix);
  };
  useNews(() => (window.scrollY > AT_TOP ? setNews(true) : show()));
  return { news, show };
}

function useNews(onNews: () => void): void {
  const latest = useRef(onNews);
  latest.current = onNews;
  useEffect(() => {
    // Visitors are told nothing by the server.
    if (!user.value) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = listen((event) => {
      if (event.type !== "library" || timer !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        latest.current();
      }, PAUSE);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
}
