import { signal } from "@preact/signals";
import { t } from "../i18n/index.ts";
import { asProblemError } from "./query.ts";

export interface Notice {
  id: number;
  text: string;
  kind: "done" | "problem";
  action?: { label: string; run: () => void };
}

export const notices = signal<Notice[]>([]);
/** Whether the server answered when it was last asked. */
export const reachable = signal(true);
let last = 0;

/** Tell something in the corner for a few seconds. */
export function tell(text: string, kind: Notice["kind"] = "done", action?: Notice["action"]): void {
  const id = ++last;
  notices.value = [...notices.value.slice(-2), { id, text, kind, action }];
  setTimeout(() => dismiss(id), action ? 8_000 : 5_000);
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

/** The same for something that failed. */
export function tellProblem(reason: unknown): void {
  const error = asProblemError(reason);
  const { offlineTitle, generic } = t.value.error;
  tell(error.offline ? offlineTitle : error.problem.detail || error.problem.title || generic, "problem");
}
