import { ProblemError } from "../../api/client.ts";
import { api } from "../../api/endpoints.ts";
import { t } from "../../i18n/index.ts";
import { tell } from "../../state/notices.ts";
import type { Report, ReporterPorts } from "./progress-reporter.ts";

const KEY = "matinee.progress";
let told = false;

/** The reporter's connections to the server and to this browser's storage. */
export const ports: ReporterPorts = {
  send: ({ title, item, body }, last) => api.playback.progress(title, item, body, last),
  worthKeeping: (error) => {
    const keep =
      error instanceof ProblemError && (error.offline || error.problem.status >= 500 || error.problem.status === 429);
    if (keep && error.offline && !told) {
      told = true;
      tell(t.value.player.queued, "problem");
    }
    return keep;
  },
  store: {
    read: () => {
      try {
        return JSON.parse(localStorage.getItem(KEY) ?? "[]") as Report[];
      } catch {
        return [];
      }
    },
    write: (reports) => {
      try {
        localStorage.setItem(KEY, JSON.stringify(reports));
      } catch {
        // Nothing can be kept here; the next report will say where we are.
      }
    },
  },
  now: () => new Date(),
};
