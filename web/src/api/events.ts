import { apiUrl } from "./client.ts";
import type { ServerEvent } from "./types.ts";

type Listener = (event: ServerEvent) => void;

/** One shared connection to the server's events, open while anybody listens. */
const listeners = new Set<Listener>();
let source: EventSource | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;

/** Whether events arrive right now; when not, callers poll. */
export function eventsAlive(): boolean {
  return source?.readyState === EventSource.OPEN;
}

/** Call `listener` with every event until the returned function is called. */
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  if (!source) connect();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) disconnect();
  };
}

function connect(): void {
  source = new EventSource(apiUrl("/events"));
  source.onmessage = (message) => deliver(message.data);
  for (const type of ["job", "library"]) {
    source.addEventListener(type, (message) => deliver((message as MessageEvent<string>).data, type));
  }
  source.onerror = () => {
    // The browser reconnects by itself unless the server refused the stream.
    if (source?.readyState !== EventSource.CLOSED) return;
    disconnect();
    retry = setTimeout(() => listeners.size > 0 && !source && connect(), 10_000);
  };
}

function disconnect(): void {
  clearTimeout(retry);
  source?.close();
  source = null;
}

function deliver(text: string, type?: string): void {
  let event: ServerEvent;
  try {
    const parsed = JSON.parse(text) as ServerEvent;
    event = "type" in parsed && "data" in parsed ? parsed : ({ type: type ?? "", data: parsed } as ServerEvent);
  } catch {
    return;
  }
  for (const listener of listeners) listener(event);
}
