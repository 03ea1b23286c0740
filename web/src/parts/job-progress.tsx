import type { Job } from "../api/types.ts";
import { number } from "../i18n/format.ts";
import { rooms } from "../i18n/rooms.ts";
import "./job-progress.css";

/** How far a running job is: a bar, and the numbers beside it. */
export function JobProgress({ job }: { job: Job }) {
  const { progress } = job;
  const counted = job.done != null && job.total ? rooms.value.jobs.of(number(job.done), number(job.total)) : null;
  return (
    <div class="job-progress">
      <div
        class={progress === null ? "bar unknown" : "bar"}
        role="progressbar"
        aria-label={job.title}
        aria-valuenow={progress === null ? undefined : Math.round(progress * 100)}
      >
        <div style={progress === null ? {} : { transform: `scaleX(${progress})` }} />
      </div>
      <p class="quiet small numeric">
        {counted && <span>{counted}</span>}
        {job.message && <span class="job-message">{job.message}</span>}
      </p>
    </div>
  );
}
