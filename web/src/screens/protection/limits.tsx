import type { LimitTable } from "../../api/account-types.ts";
import { admin } from "../../api/admin.ts";
import { number } from "../../i18n/format.ts";
import { rooms } from "../../i18n/rooms.ts";
import { AdminOnly } from "../../parts/admin-only.tsx";
import { Icon } from "../../parts/icon.tsx";
import { ErrorNotice, Late } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { useFreshEvery } from "../../state/fresh-every.ts";
import { invalidate, useQuery } from "../../state/query.ts";
import "../../parts/panel.css";
import "../../parts/figures.css";
import "./protection.css";

const EVERY = 10_000;
const ORDER = ["anonymous", "free", "premium", "api"];

/** How many requests each kind of caller may make, and where they are counted. */
export default function Limits() {
  usePageTitle(rooms.value.limits.title);
  return (
    <AdminOnly>
      <LimitsBody />
    </AdminOnly>
  );
}

function LimitsBody() {
  const text = rooms.value.limits;
  const limits = useQuery("limits", (signal) => admin.limits(signal));
  useFreshEvery(EVERY, () => invalidate("limits"));
  return (
    <div class="page room">
      <div class="page-head">
        <div>
          <h1>{text.title}</h1>
          <p class="quiet">{text.text}</p>
        </div>
      </div>
      {limits.error && !limits.data && <ErrorNotice error={limits.error} retry={limits.reload} />}
      {limits.pending && (
        <Late>
          <div class="bone room-bone" />
        </Late>
      )}
      {limits.data && (
        <>
          <Backend limits={limits.data} />
          <Table limits={limits.data} />
        </>
      )}
    </div>
  );
}

function Backend({ limits }: { limits: LimitTable }) {
  const text = rooms.value.limits;
  return (
    <section class="panel" aria-label={text.backend}>
      <h2>{text.backend}</h2>
      <ul class="lines">
        <li class={limits.degraded ? "backend degraded" : "backend"}>
          <Icon name={limits.degraded ? "warning" : "check"} size={24} />
          <div class="line-text">
            <p>{limits.degraded ? text.degraded : (text.backends[limits.backend] ?? limits.backend)}</p>
            <p class="quiet small numeric">{text.callers(limits.callers)}</p>
          </div>
        </li>
      </ul>
    </section>
  );
}

function Table({ limits }: { limits: LimitTable }) {
  const text = rooms.value.limits;
  const tiers = Object.keys(limits.tiers).sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
  return (
    <section class="panel" aria-label={text.table}>
      <h2>{text.table}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable. */}
      <div class="table-scroll" role="group" aria-label={text.table} tabIndex={0}>
        <table class="figures numeric">
          <thead>
            <tr>
              <th scope="col">{text.class}</th>
              {tiers.map((tier) => (
                <th scope="col" key={tier}>
                  {text.tiers[tier] ?? tier}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {limits.classes.map((each) => (
              <tr key={each.name}>
                <th scope="row">
                  {text.classes[each.name] ?? each.description}
                  <span class="figure-note">{text.seconds(each.period)}</span>
                </th>
                {tiers.map((tier) => {
                  const limit = limits.tiers[tier]?.[each.name];
                  return <td key={tier}>{limit ? number(limit) : text.none}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
