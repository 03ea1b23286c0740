import { useEffect, useRef, useState } from "preact/hooks";
import type { ProblemError } from "../api/client.ts";
import type { Page } from "../api/types.ts";
import { asProblemError, peek, remember } from "./query.ts";

export interface Pages<T> {
  items: T[];
  error: ProblemError | null;
  busy: boolean;
  /** Whether there is another page. */
  more: boolean;
  /** Read completely, and nothing was in it. */
  empty: boolean;
  next: () => void;
  retry: () => void;
}

interface Known<T> {
  items: T[];
  cursor: string | null;
}

/** A list read page by page under `key`. What was read before is there at once, so that going back finds its place. */
export function usePages<T>(
  key: string | null,
  load: (cursor: string | null, signal: AbortSignal) => Promise<Page<T>>,
): Pages<T> {
  const [, render] = useState(0);
  const [error, setError] = useState<ProblemError | null>(null);
  const running = useRef<{ key: string; abort: AbortController } | null>(null);
  const known = key === null ? undefined : peek<Known<T>>(key);

  const read = (from: Known<T> | undefined) => {
    if (key === null || running.current?.key === key) return;
    const abort = new AbortController();
    running.current = { key, abort };
    setError(null);
    load(from?.cursor ?? null, abort.signal)
      .then((page) => remember(key, { items: [...(from?.items ?? []), ...page.items], cursor: page.next_cursor }))
      .catch((reason: unknown) => !abort.signal.aborted && setError(asProblemError(reason)))
      .finally(() => {
        if (running.current?.abort === abort) running.current = null;
        render((n) => n + 1);
      });
  };

  useEffect(() => {
    setError(null);
    if (!known) read(undefined);
    return () => {
      running.current?.abort.abort();
      running.current = null;
    };
  }, [key]);

  const busy = key !== null && !error && (running.current !== null || !known);
  const more = !!known?.cursor && !error;
  return {
    items: known?.items ?? [],
    error,
    busy,
    more,
    empty: known?.items.length === 0,
    next: () => more && read(known),
    retry: () => read(known),
  };
}
