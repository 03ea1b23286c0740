import { useState } from "preact/hooks";
import { api } from "../../api/endpoints.ts";
import type { Job, Page } from "../../api/types.ts";
import { rooms } from "../../i18n/rooms.ts";
import { AdminOnly } from "../../parts/admin-only.tsx";
import { Chip } from "../../parts/form.tsx";
import { Empty, ErrorNotice, Late } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { place, setQuery } from "../../router/router.ts";
import { isActive, mergeJob, useJobFeed } from "../../state/jobs.ts";
import { tell, tellProblem } from "../../state/notices.ts";
import { peek, remember, useQuery } from "../../state/query.ts";
import { JobLine } from "./job-line.tsx";
import { Schedules } from "./schedules.tsx";
import "../../parts/panel.css";
import "./jobs.css";

const STATES = ["running", "queued", "succeeded", "failed", "cancelled"];

/** What the server does in the background, live. */
export default function Jobs() {
  usePageTitle(rooms.value.jobs.title);
  return (
    <AdminOnly>
      <JobsBody />
    </AdminOnly>
  );
}

function JobsBody() {
  const text = rooms.value.jobs;
  const state = place.value.query.get("state");
  const key = `jobs:${state}`;
  const jobs = useQuery(key, (signal) => api.jobs.list({ state, limit: 50 }, signal));
  const [, render] = useState(0);
  const put = (job: Job) => {
    const known = peek<Page<Job>>(key);
    if (!known || (state && job.state !== state && !known.items.some((old) => old.id === job.id))) return;
    const items = mergeJob(known.items, job).filter((each) => !state || each.state === state);
    remember(key, { ...known, items });
    render((n) => n + 1);
  };
  const live = useJobFeed(put, jobs.reload);
  const act = (action: Promise<Job>, done: string) =>
    action.then((job) => {
      if (job) put(job);
      tell(done);
      jobs.reload();
    }, tellProblem);
  const items = jobs.data?.items ?? [];
  const [active, past] = [items.filter(isActive), items.filter((job) => !isActive(job))];
  const line = (job: Job) => (
    <JobLine
      key={job.id}
      job={job}
      onCancel={() => void act(api.jobs.cancel(job.id), text.cancelled)}
      onRetry={() => void act(api.jobs.retry(job.id), text.retried)}
    />
  );
  return (
    <div class="page room">
      <div class="page-head">
        <h1>{text.title}</h1>
        <span class={live ? "live on" : "live"} role="status">
          {live ? text.live : text.polling}
        </span>
      </div>
      <fieldset class="chips job-filter" aria-label={text.title}>
        <Chip on={!state} onClick={() => setQuery({ state: null })}>
          {text.all}
        </Chip>
        {STATES.map((each) => (
          <Chip key={each} on={state === each} onClick={() => setQuery({ state: state === each ? null : each })}>
            {text.states[each]}
          </Chip>
        ))}
      </fieldset>
      {jobs.error && !jobs.data && <ErrorNotice error={jobs.error} retry={jobs.reload} />}
      {jobs.pending && (
        <Late>
          <div class="bone jobs-bone" />
        </Late>
      )}
      {jobs.data && items.length === 0 && <Empty icon="list" title={text.none} text={text.noneText} />}
      {active.length > 0 && (
        <section class="panel" aria-label={text.active}>
          <h2>{text.active}</h2>
          <ul class="lines">{active.map(line)}</ul>
        </section>
      )}
      {past.length > 0 && (
        <section class="panel" aria-label={text.recent}>
          <h2>{text.recent}</h2>
          <ul class="lines">{past.map(line)}</ul>
        </section>
      )}
      <Schedules />
    </div>
  );
}
