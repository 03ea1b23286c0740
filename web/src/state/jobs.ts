import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../api/endpoints.ts";
import { eventsAlive, listen } from "../api/events.ts";
import type { Job, ServerEvent } from "../api/types.ts";

const POLL = 3_000;
const ACTIVE = new Set(["queued", "running"]);

export const isActive = (job: Job): boolean => ACTIVE.has(job.state);

/** `jobs` with `changed` in it, newest first. Pure. */
export function mergeJob(jobs: readonly Job[], changed: Job): Job[] {
  const known = jobs.some((job) => job.id === changed.id);
  const next = known ? jobs.map((job) => (job.id === changed.id ? newer(job, changed) : job)) : [changed, ...jobs];
  return next.sort((a, b) => b.created_at.localeCompare(a.created_at));
}

/** Events may arrive out of order: the later report wins. */
function newer(a: Job, b: Job): Job {
  return (a.updated_at ?? "") > (b.updated_at ?? "") ? a : b;
}

/**
 * Calls `onJob` for every change of a job while mounted: by the server's events, and where those do not arrive by asking
 * every few seconds. Says whether events arrive.
 */
export function useJobFeed(onJob: (job: Job) => void, poll: () => void): boolean {
  const latest = useRef({ onJob, poll });
  latest.current = { onJob, poll };
  const [live, setLive] = useState(false);
  useEffect(() => {
    const stop = listen((event) => isJobEvent(event) && latest.current.onJob(event.data));
    const timer = setInterval(() => {
      const alive = eventsAlive();
      setLive(alive);
      if (!alive && document.visibilityState === "visible") latest.current.poll();
    }, POLL);
    const soon = setTimeout(() => setLive(eventsAlive()), 500);
    return () => {
      stop();
      clearInterval(timer);
      clearTimeout(soon);
    };
  }, []);
  return live;
}

/** The jobs of some kinds that are running, live. `onDone` hears of each that ends while it is watched. */
export function useActiveJobs(names: RegExp, onDone: (job: Job) => void): { jobs: Job[]; watch: (id: string) => void } {
  const [jobs, setJobs] = useState<Job[]>([]);
  const seen = useRef(new Set<string>());
  const take = (job: Job) => {
    if (!names.test(job.name)) return;
    if (isActive(job)) seen.current.add(job.id);
    else if (seen.current.delete(job.id)) onDone(job);
    setJobs((old) => mergeJob(old, job).filter(isActive));
  };
  const read = () => {
    void api.jobs
      .list({ limit: 20 })
      .then((page) => page.items.forEach(take))
      .catch(() => undefined);
  };
  useJobFeed(take, read);
  useEffect(read, []);
  const watch = (id: string) => {
    seen.current.add(id);
    void api.jobs
      .read(id)
      .then(take)
      .catch(() => undefined);
  };
  return { jobs, watch };
}

function isJobEvent(event: ServerEvent): event is { type: "job"; data: Job } {
  return event.type === "job";
}
