import { useEffect, useRef, useState } from "preact/hooks";
import type { ProblemError } from "../api/client.ts";
import type { Page } from "../api/types.ts";
import { asProblemError, isStale, peek, remember, useInvalidation } from "./query.ts";

export interface Pages<T, Extra = unknown> {
  items: T[];
  /** The first page, with what else it says. */
  first: Extra | undefined;
  error: ProblemError | null;
  busy: boolean;
  /** Whether there is another page. */
  more: boolean;
  /** Read completely, and nothing was in it. */
  empty: boolean;
  next: () => void;
  retry: () => void;
  /** Reads the first page again. */
  refresh: () => void;
}

interface Known<T, Extra = unknown> {
  items: T[];
  first: Page<T> & Extra;
  cursor: string | null;
}

const GOOD_FOR = 60;

/** What is shown when the first page was read again: a list of one page is replaced, of a longer one only the beginning. */
function refreshed<T extends object, Extra>(
  known: Known<T, Extra> | undefined,
  page: Page<T> & Extra,
): Known<T, Extra> {
  const rest = known?.items.slice(page.items.length) ?? [];
  if (!known || rest.length === 0 || page.next_cursor === null)
    return { items: page.items, first: page, cursor: page.next_cursor };
  const fresh = new Set(page.items.map(keyOf));
  return {
    items: [...page.items, ...rest.filter((item) => !fresh.has(keyOf(item)))],
    first: page,
    cursor: known.cursor,
  };
}

function keyOf(item: object): unknown {
  return "id" in item ? item.id : JSON.stringify(item);
}

/** A list read page by page under `key`. What was read before is there at once, so that going back finds its place. */
export function usePages<T extends object, Extra = unknown>(
  key: string | null,
  load: (cursor: string | null, signal: AbortSignal) => Promise<Page<T> & Extra>,
): Pages<T, Extra> {
  const [, render] = useState(0);
  const [error, setError] = useState<ProblemError | null>(null);
  const running = useRef<{ key: string; abort: AbortController } | null>(null);
  const known = key === null ? undefined : peek<Known<T, Extra>>(key);

  const read = (cursor: string | null, put: (page: Page<T> & Extra) => Known<T, Extra>) => {
    if (key === null || running.current?.key === key) return;
    const abort = new AbortController();
    running.current = { key, abort };
    setError(null);
    load(cursor, abort.signal)
      .then((page) => remember(key, put(page)))
      .catch((reason: unknown) => !abort.signal.aborted && setError(asProblemError(reason)))
      .finally(() => {
        if (running.current?.abort === abort) running.current = null;
        render((n) => n + 1);
      });
  };
  const readOn = () =>
    read(known?.cursor ?? null, (page) => ({
      items: [...(known?.items ?? []), ...page.items],
      first: known?.first ?? page,
      cursor: page.next_cursor,
    }));
  const refresh = () => read(null, (page) => refreshed(known, page));

  useEffect(() => {
    setError(null);
    if (!known) readOn();
    else if (key !== null && isStale(key, GOOD_FOR)) refresh();
    return () => {
      running.current?.abort.abort();
      running.current = null;
    };
  }, [key]);
  useInvalidation(key, refresh);

  const busy = key !== null && !error && (running.current !== null || !known);
  const more = !!known?.cursor && !error;
  return {
    items: known?.items ?? [],
    first: known?.first,
    error,
    busy,
    more,
    empty: known?.items.length === 0,
    next: () => more && readOn(),
    retry: readOn,
    refresh,
  };
}
