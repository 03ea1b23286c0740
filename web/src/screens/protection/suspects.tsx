import type { Suspect } from "../../api/account-types.ts";
import { admin } from "../../api/admin.ts";
import { ago, number } from "../../i18n/format.ts";
import { rooms } from "../../i18n/rooms.ts";
import { Icon } from "../../parts/icon.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { useQuery } from "../../state/query.ts";
import { Evidence } from "./evidence.tsx";
import "../../parts/job-progress.css";

/** Addresses that have points, and for what. */
export function Suspects() {
  const text = rooms.value.blocks;
  const suspects = useQuery("suspects", (signal) => admin.suspects(signal));
  if (suspects.pending) return null;
  return (
    <section class="panel" aria-label={text.suspects}>
      <div class="panel-head">
        <div>
          <h2>{text.suspects}</h2>
          <p class="quiet small">{text.suspectsText}</p>
        </div>
      </div>
      {suspects.error && <ErrorLine error={suspects.error} />}
      {suspects.data?.items.length === 0 && <p class="quiet">{text.noSuspects}</p>}
      <ul class="lines">
        {suspects.data?.items.map((suspect) => (
          <Line key={suspect.address} suspect={suspect} />
        ))}
      </ul>
    </section>
  );
}

function Line({ suspect }: { suspect: Suspect }) {
  const text = rooms.value.blocks;
  const score = text.score(number(suspect.score), number(suspect.threshold));
  const part = suspect.threshold > 0 ? Math.min(1, suspect.score / suspect.threshold) : 0;
  return (
    <li class="block">
      <Icon name="eye" size={24} />
      <div class="line-text">
        <p class="block-name">
          <code>{suspect.address}</code>
          <span class="quiet small numeric">{score}</span>
        </p>
        <div class="bar" role="img" aria-label={score}>
          <div style={{ transform: `scaleX(${part})` }} />
        </div>
        <ul class="findings">
          {suspect.findings.map((finding) => (
            <li key={`${finding.rule} ${finding.at}`}>
              <p class="small">
                {text.rules[finding.rule] ?? finding.rule}
                <span class="quiet numeric">
                  {" "}
                  · {[text.points(number(finding.points)), ago(finding.at)].join(" · ")}
                </span>
              </p>
              <Evidence evidence={finding.evidence} />
            </li>
          ))}
        </ul>
      </div>
    </li>
  );
}
