import { api } from "../../api/endpoints.ts";
import { ago } from "../../i18n/format.ts";
import { rooms } from "../../i18n/rooms.ts";
import { Icon } from "../../parts/icon.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { useQuery } from "../../state/query.ts";

/** What the server starts by itself, and when. */
export function Schedules() {
  const text = rooms.value.jobs;
  const schedules = useQuery("schedules", (signal) => api.jobs.schedules(signal));
  if (schedules.data?.items.length === 0) return null;
  return (
    <section class="panel" aria-label={text.schedules}>
      <h2>{text.schedules}</h2>
      {schedules.error && <ErrorLine error={schedules.error} />}
      <ul class="lines">
        {schedules.data?.items.map((schedule) => (
          <li key={schedule.name}>
            <Icon name="clock" size={24} />
            <div class="line-text">
              <p>
                <strong>{schedule.title}</strong>
              </p>
              <p class="quiet small">
                {[
                  text.nextRun(ago(schedule.next_at)),
                  schedule.last_at ? text.lastRun(ago(schedule.last_at)) : text.neverRun,
                ].join(" · ")}
              </p>
            </div>
            <code class="quiet small line-when" title={text.cron}>
              {schedule.cron}
            </code>
          </li>
        ))}
      </ul>
    </section>
  );
}
