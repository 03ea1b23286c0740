import type { Job } from "../../api/types.ts";
import { rooms } from "../../i18n/rooms.ts";
import { AdminOnly } from "../../parts/admin-only.tsx";
import { JobProgress } from "../../parts/job-progress.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { useActiveJobs } from "../../state/jobs.ts";
import { tell } from "../../state/notices.ts";
import { invalidate } from "../../state/query.ts";
import { Demo } from "./demo.tsx";
import { Folders } from "./folders.tsx";
import { Problems } from "./problems.tsx";
import "../../parts/panel.css";
import "./manage.css";

/** The operator's room for the library: folders, scans, what could not be read, the demo. */
export default function Manage() {
  usePageTitle(rooms.value.manage.title);
  return (
    <AdminOnly>
      <ManageBody />
    </AdminOnly>
  );
}

function ManageBody() {
  const text = rooms.value.manage;
  const ended = (job: Job) => {
    if (job.state === "succeeded") tell([text.scanned, ...scanCounts(job)].join(" · "));
    else if (job.state === "failed") tell(job.error ?? text.scanFailed, "problem");
    invalidate();
  };
  const { jobs, watch } = useActiveJobs(/library|scan|demo/, ended);
  return (
    <div class="page room">
      <div class="page-head">
        <h1>{text.title}</h1>
      </div>
      {jobs.length > 0 && (
        <section class="panel now" aria-live="polite">
          {jobs.map((job) => (
            <div key={job.id}>
              <h2>{job.title || text.scanning}</h2>
              <JobProgress job={job} />
            </div>
          ))}
        </section>
      )}
      <Folders busy={jobs.length > 0} onStarted={watch} />
      <Problems />
      <Demo onStarted={watch} />
    </div>
  );
}

/** What a scan found, in words; what is none of is left out. */
function scanCounts(job: Job): string[] {
  const { counts } = rooms.value.manage;
  const names = ["added", "updated", "moved", "missing", "problems"] as const;
  return names.flatMap((name) => {
    const value = job.result?.[name];
    return typeof value === "number" && value > 0 ? [counts[name](value)] : [];
  });
}
