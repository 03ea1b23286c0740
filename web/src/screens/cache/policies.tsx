import type { CacheFigures } from "../../api/types.ts";
import { bytes, number } from "../../i18n/format.ts";
import { rooms } from "../../i18n/rooms.ts";
import { Empty } from "../../parts/notice.tsx";

type Policy = CacheFigures["policies"][number];

/** How well each kind of content is served, as a table: those with most calls first. */
export function Policies({ policies }: { policies: Policy[] }) {
  const text = rooms.value.cache;
  const { columns } = text;
  const sorted = [...policies].sort((a, b) => calls(b) - calls(a) || a.name.localeCompare(b.name));
  return (
    <section class="panel" aria-label={text.policies}>
      <div class="panel-head">
        <div>
          <h2>{text.policies}</h2>
          <p class="quiet small">{text.policiesText}</p>
        </div>
      </div>
      {sorted.length === 0 ? (
        <Empty icon="database" title={text.unused} text={text.unusedText} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable.
        <div class="table-scroll" role="group" aria-label={text.policies} tabIndex={0}>
          <table class="figures numeric">
            <thead>
              <tr>
                <th scope="col">{columns.name}</th>
                <th scope="col">{columns.rate}</th>
                <th scope="col">{columns.hits}</th>
                <th scope="col">{columns.stale}</th>
                <th scope="col">{columns.misses}</th>
                <th scope="col">{columns.errors}</th>
                <th scope="col">{columns.entries}</th>
                <th scope="col">{columns.size}</th>
                <th scope="col">{columns.evictions}</th>
              </tr>
            </thead>
            <tbody>
              {sorted.map((policy) => (
                <PolicyRow key={policy.name} policy={policy} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function PolicyRow({ policy }: { policy: Policy }) {
  return (
    <tr>
      <th scope="row">{policy.name}</th>
      <td>{policy.hit_rate === null ? "–" : `${number(policy.hit_rate * 100, policy.hit_rate < 1 ? 1 : 0)} %`}</td>
      <td>{number(policy.hits)}</td>
      <td>{number(policy.stale)}</td>
      <td>{number(policy.misses)}</td>
      <td class={policy.errors + policy.failures > 0 ? "figure-warning" : ""}>
        {number(policy.errors + policy.failures)}
      </td>
      <td>{number(policy.entries)}</td>
      <td>{bytes(policy.bytes)}</td>
      <td>{number(policy.evictions)}</td>
    </tr>
  );
}

function calls(policy: Policy): number {
  return policy.hits + policy.stale + policy.misses + policy.errors;
}
