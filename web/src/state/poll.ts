import { useEffect, useRef } from "preact/hooks";

/**
 * Asks again and again until `ask` says `null`; else it says after how many milliseconds to ask next. Never two at a time, and
 * not at all while `key` is null.
 */
export function usePoll(key: string | null, ask: () => Promise<number | null>): void {
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    if (key === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const turn = async () => {
      const wait = await latest.current();
      if (!over && wait !== null) timer = setTimeout(() => void turn(), wait);
    };
    timer = setTimeout(() => void turn(), 1_000);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [key]);
}
