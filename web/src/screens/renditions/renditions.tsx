import { useEffect, useState } from "preact/hooks";
import { api } from "../../api/endpoints.ts";
import type { ItemSummary, PreparedItem, TitleView } from "../../api/types.ts";
import { bytes, number } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { rooms } from "../../i18n/rooms.ts";
import { Button } from "../../parts/button.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { JobProgress } from "../../parts/job-progress.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { useActiveJobs } from "../../state/jobs.ts";
import { tell, tellProblem } from "../../state/notices.ts";
import { invalidate, useQuery } from "../../state/query.ts";
import "./renditions.css";

const LOOK_AGAIN = 4_000;

/** For administrators: the sizes of a title that were made ahead of time; make them, watch that, and drop them. */
export default function Renditions({ title }: { title: TitleView }) {
  const text = rooms.value.prepared;
  const prepared = useQuery("prepared", (signal) => api.playback.prepared(signal));
  const { jobs, watch } = useActiveJobs(/^playback\.prepare$/, (job) => {
    if (job.state === "failed") tell(job.error ?? text.failed, "problem");
    invalidate("prepared");
  });
  const [busy, setBusy] = useState(false);
  const [dropping, setDropping] = useState(false);
  const running = jobs.length > 0;
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => invalidate("prepared"), LOOK_AGAIN);
    return () => clearInterval(timer);
  }, [running]);
  const mine = prepared.data?.items.filter((item) => item.title_id === title.id) ?? [];
  const size = mine.reduce((sum, item) => sum + item.bytes, 0);
  const prepare = async () => {
    setBusy(true);
    await api.playback.prepare({ title_id: title.id }).then(({ job_id }) => watch(job_id), tellProblem);
    setBusy(false);
  };
  const drop = async () => {
    const all = mine.map((item) => api.playback.dropPrepared(item.item_id));
    await Promise.all(all).then(() => tell(text.dropped), tellProblem);
    invalidate("prepared");
  };
  return (
    <section class="renditions" aria-label={text.title}>
      <div class="renditions-head">
        <div>
          <h2>{text.title}</h2>
          <p class="quiet small">{size > 0 ? text.size(bytes(size)) : text.text}</p>
        </div>
        <div class="renditions-actions">
          <Button icon="sparkle" busy={busy} disabled={running} onClick={() => void prepare()}>
            {text.prepare}
          </Button>
          {mine.length > 0 && (
            <Button icon="trash" disabled={running} onClick={() => setDropping(true)}>
              {text.drop}
            </Button>
          )}
        </div>
      </div>
      {prepared.error && <ErrorLine error={prepared.error} />}
      <div aria-live="polite">
        {jobs.map((job) => (
          <JobProgress key={job.id} job={job} />
        ))}
      </div>
      {mine.length > 0 && (
        <ul class="rendition-items">
          {mine.map((item) => (
            <PreparedLine key={item.file_id} prepared={item} item={itemOf(title, item)} />
          ))}
        </ul>
      )}
      {dropping && (
        <Confirm
          title={text.dropAsk}
          text={text.dropText}
          action={text.drop}
          onConfirm={() => void drop()}
          onClose={() => setDropping(false)}
        />
      )}
    </section>
  );
}

function itemOf(title: TitleView, prepared: PreparedItem): ItemSummary | undefined {
  return title.library.items.find((item) => item.id === prepared.item_id);
}

function PreparedLine({ prepared, item }: { prepared: PreparedItem; item: ItemSummary | undefined }) {
  const text = t.value;
  const episode = item?.season != null && item.episode != null ? text.fact.episode(item.season, item.episode) : null;
  return (
    <li>
      {episode && <span class="numeric">{episode}</span>}
      <ul class="rendition-sizes">
        {prepared.renditions.map((rendition) => (
          <li key={rendition.name} class={rendition.complete ? "badge" : "badge unready"}>
            {rendition.complete
              ? rendition.name
              : rooms.value.prepared.part(
                  rendition.name,
                  number((rendition.segments / Math.max(1, rendition.total)) * 100),
                )}
          </li>
        ))}
      </ul>
      <span class="quiet small numeric">{bytes(prepared.bytes)}</span>
    </li>
  );
}
