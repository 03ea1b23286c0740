import { api } from "../../api/endpoints.ts";
import type { LibraryProblem } from "../../api/types.ts";
import { ago } from "../../i18n/format.ts";
import { rooms } from "../../i18n/rooms.ts";
import { Endless } from "../../parts/endless.tsx";
import { Icon } from "../../parts/icon.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { usePages } from "../../state/pages.ts";

/** The files that could not be read, and why. */
export function Problems() {
  const text = rooms.value.manage;
  const pages = usePages<LibraryProblem>("problems", (cursor, signal) => api.library.problems(cursor, signal));
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{text.problems}</h2>
      </div>
      {pages.error && <ErrorLine error={pages.error} />}
      {pages.empty && (
        <p class="all-well">
          <Icon name="check" />
          {text.noProblems}
        </p>
      )}
      <ul class="lines">
        {pages.items.map((problem) => (
          <li key={problem.path + problem.code}>
            <span class="line-warning">
              <Icon name="warning" size={24} />
            </span>
            <div class="line-text">
              <p>{problem.message}</p>
              <code class="quiet small">{problem.path}</code>
            </div>
            <span class="quiet small line-when">{ago(problem.seen_at)}</span>
          </li>
        ))}
      </ul>
      {pages.items.length > 0 && <Endless pages={pages} />}
    </section>
  );
}
