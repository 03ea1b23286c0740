import { api } from "../../api/endpoints.ts";
import type { CacheFigures } from "../../api/types.ts";
import { bytes, number } from "../../i18n/format.ts";
import { rooms } from "../../i18n/rooms.ts";
import { AdminOnly } from "../../parts/admin-only.tsx";
import { Button } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { JobProgress } from "../../parts/job-progress.tsx";
import { ErrorNotice, Late } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { useFreshEvery } from "../../state/fresh-every.ts";
import { useActiveJobs } from "../../state/jobs.ts";
import { tell, tellProblem } from "../../state/notices.ts";
import { invalidate, useQuery } from "../../state/query.ts";
import { Policies } from "./policies.tsx";
import { Purge, TopKeys } from "./purge.tsx";
import "../../parts/figures.css";
import "../../parts/panel.css";
import "./cache.css";

const EVERY = 5_000;

/** What the cache holds and how well it works; forget some of it, or fill it ahead of time. */
export default function Cache() {
  usePageTitle(rooms.value.cache.title);
  return (
    <AdminOnly>
      <CacheBody />
    </AdminOnly>
  );
}

function CacheBody() {
  const text = rooms.value.cache;
  const figures = useQuery("cache", (signal) => api.cache.figures(signal));
  useFreshEvery(EVERY, () => invalidate("cache"));
  const { jobs, watch } = useActiveJobs(/warm/, (job) => {
    if (job.state === "succeeded") tell(text.warmed);
    else if (job.state === "failed") tell(job.error ?? text.warmFailed, "problem");
    invalidate("cache");
  });
  const warm = () => api.cache.warm().then(({ job_id }) => watch(job_id), tellProblem);
  return (
    <div class="page room">
      <div class="page-head">
        <h1>{text.title}</h1>
        <Button icon="sparkle" look="primary" disabled={jobs.length > 0} onClick={() => void warm()}>
          {text.warm}
        </Button>
      </div>
      {jobs.length > 0 && (
        <section class="panel" aria-live="polite">
          {jobs.map((job) => (
            <JobProgress key={job.id} job={job} />
          ))}
        </section>
      )}
      {figures.error && !figures.data && <ErrorNotice error={figures.error} retry={figures.reload} />}
      {figures.pending && (
        <Late>
          <div class="bone cache-bone" />
        </Late>
      )}
      {figures.data && (
        <>
          <Tiers tiers={figures.data.tiers} loading={figures.data.loading} />
          <Policies policies={figures.data.policies} />
          <TopKeys keys={figures.data.top_keys} />
        </>
      )}
      <Purge />
    </div>
  );
}

function Tiers({ tiers, loading }: { tiers: CacheFigures["tiers"]; loading: number }) {
  const text = rooms.value.cache;
  return (
    <section class="panel" aria-label={text.tiers}>
      <div class="panel-head">
        <h2>{text.tiers}</h2>
        {loading > 0 && <span class="quiet small numeric">{text.loading(loading)}</span>}
      </div>
      <ul class="lines">
        {tiers.map((tier) => (
          <li key={tier.name} class={`tier ${tier.state}`}>
            <Icon name={tier.state === "up" ? "check" : "error"} size={24} />
            <div class="line-text">
              <p class="tier-name">
                <strong>{text.tierNames[tier.name]}</strong>
                <span class="quiet small">{text.tierStates[tier.state]}</span>
              </p>
              {tier.limit !== null && (
                <div class="bar" role="img" aria-label={text.full(number((tier.bytes / tier.limit) * 100))}>
                  <div style={{ transform: `scaleX(${Math.min(1, tier.bytes / tier.limit)})` }} />
                </div>
              )}
              <p class="quiet small numeric">
                {[
                  text.entries(number(tier.entries)),
                  tier.limit === null ? bytes(tier.bytes) : text.sizeOf(bytes(tier.bytes), bytes(tier.limit)),
                  tier.evictions > 0 ? text.evicted(number(tier.evictions)) : null,
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
