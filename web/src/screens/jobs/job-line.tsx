import type { Job } from "../../api/types.ts";
import { ago, clock } from "../../i18n/format.ts";
import { rooms } from "../../i18n/rooms.ts";
import { Button } from "../../parts/button.tsx";
import { Icon, type IconName } from "../../parts/icon.tsx";
import { JobProgress } from "../../parts/job-progress.tsx";
import { isActive } from "../../state/jobs.ts";

const ICONS: Record<string, IconName> = {
  queued: "clock",
  running: "refresh",
  succeeded: "check",
  failed: "error",
  cancelled: "close",
};

interface JobLineProps {
  job: Job;
  onCancel: () => void;
  onRetry: () => void;
}

export function JobLine({ job, onCancel, onRetry }: JobLineProps) {
  const text = rooms.value.jobs;
  const again = job.state === "failed" || job.state === "cancelled";
  return (
    <li class={`job ${job.state}`}>
      <Icon name={ICONS[job.state] ?? "list"} size={24} />
      <div class="line-text">
        <p class="job-title">
          <strong>{job.title}</strong>
          <span class="job-state">{text.states[job.state] ?? job.state}</span>
        </p>
        {isActive(job) && <JobProgress job={job} />}
        {!isActive(job) && job.message && <p class="small">{job.message}</p>}
        {job.error && <p class="job-error small">{job.error}</p>}
        <p class="quiet small numeric">{times(job)}</p>
      </div>
      {isActive(job) && (
        <Button icon="close" onClick={onCancel}>
          {text.cancel}
        </Button>
      )}
      {again && (
        <Button icon="refresh" onClick={onRetry}>
          {text.retry}
        </Button>
      )}
    </li>
  );
}

function times(job: Job): string {
  const text = rooms.value.jobs;
  const parts = [text.started(ago(job.started_at ?? job.created_at))];
  if (job.started_at && job.finished_at) {
    parts.push(text.took(clock((Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1000)));
  }
  if (job.attempts > 1) parts.push(text.attempts(job.attempts));
  return parts.join(" · ");
}
