import { useEffect } from "preact/hooks";
import { listen } from "../api/events.ts";
import { invalidate } from "./query.ts";

const PAUSE = 3_000;

/** Reads what is shown under `prefix` again when the library has changed, every few seconds at most. */
export function useLibraryFeed(prefix: string): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = listen((event) => {
      if (event.type !== "library" || timer !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        invalidate(prefix);
      }, PAUSE);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [prefix]);
}
