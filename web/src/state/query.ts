import { useEffect, useRef, useState } from "preact/hooks";
import { ProblemError } from "../api/client.ts";

interface Entry {
  data: unknown;
  at: number;
}

const FRESH = 5_000;
const LIMIT = 120;
const cache = new Map<string, Entry>();
const watchers = new Set<(prefix: string) => void>();

export interface Query<T> {
  data: T | undefined;
  error: ProblemError | null;
  /** Nothing to show yet. */
  pending: boolean;
  /** When `data` was read, in milliseconds since the epoch. */
  at: number;
  reload: () => void;
}

/**
 * Reads `load` under `key`: what is already known is returned at once and read again behind the scenes. A null key reads
 * nothing. The cache lives as long as the page.
 */
export function useQuery<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Query<T> {
  const [, render] = useState(0);
  const [turn, setTurn] = useState(0);
  const failure = useRef<{ key: string; error: ProblemError } | null>(null);
  useEffect(() => {
    if (key === null) return;
    const known = cache.get(key);
    if (turn === 0 && known && Date.now() - known.at < FRESH) return;
    const abort = new AbortController();
    load(abort.signal).then(
      (data) => {
        failure.current = null;
        remember(key, data);
        render((n) => n + 1);
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        failure.current = { key, error: asProblemError(error) };
        render((n) => n + 1);
      },
    );
    return () => abort.abort();
  }, [key, turn]);
  useInvalidation(key, () => setTurn((n) => n + 1));
  const entry = key === null ? undefined : cache.get(key);
  const error = failure.current?.key === key ? failure.current.error : null;
  const reload = () => {
    failure.current = null;
    setTurn((n) => n + 1);
  };
  return {
    data: entry?.data as T | undefined,
    error,
    pending: key !== null && !entry && !error,
    at: entry?.at ?? 0,
    reload,
  };
}

/** Calls `onStale` when what is known under `key` is invalidated. */
export function useInvalidation(key: string | null, onStale: () => void): void {
  const latest = useRef(onStale);
  latest.current = onStale;
  useEffect(() => {
    const watch = (prefix: string) => key?.startsWith(prefix) && latest.current();
    watchers.add(watch);
    return () => void watchers.delete(watch);
  }, [key]);
}

/** Whether what is known under `key` was invalidated since it was read, or is older than `seconds`. */
export function isStale(key: string, seconds: number): boolean {
  const entry = cache.get(key);
  return !entry || Date.now() - entry.at > seconds * 1_000;
}

/** What is known under `key`, to be shown or changed before the server answers. */
export function peek<T>(key: string): T | undefined {
  return cache.get(key)?.data as T | undefined;
}

export function remember(key: string, data: unknown): void {
  cache.delete(key);
  cache.set(key, { data, at: Date.now() });
  const oldest = cache.keys().next().value;
  if (cache.size > LIMIT && oldest !== undefined) cache.delete(oldest);
}

/** Read everything whose key begins with `prefix` again: now where it is shown, else when it is next wanted. */
export function invalidate(prefix = ""): void {
  for (const [key, entry] of cache) if (key.startsWith(prefix)) entry.at = 0;
  for (const watch of watchers) watch(prefix);
}

export function forgetAll(): void {
  cache.clear();
}

export function asProblemError(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new ProblemError({
    type: "about:blank",
    title: "",
    status: 0,
    detail,
    instance: "",
    code: "client_error",
    category: "server",
    correlation_id: "",
  });
}
