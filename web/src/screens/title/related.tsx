import { api } from "../../api/endpoints.ts";
import type { Relation, TitleView } from "../../api/types.ts";
import { t } from "../../i18n/index.ts";
import { TitleRow } from "../../parts/title-row.tsx";
import { without } from "./without.ts";

/** What others liked who liked a title, and what is like it besides. */
export function Related({ title }: { title: TitleView }) {
  const text = t.value.title;
  const read = (relation: Relation, signal: AbortSignal) => api.catalog.related(title.kind, title.id, relation, signal);
  return (
    <>
      <TitleRow
        id={`recommendations:${title.id}`}
        title={text.recommendations}
        load={(signal) => read("recommendations", signal)}
      />
      <TitleRow
        id={`similar:${title.id}`}
        title={text.similar}
        load={async (signal) => {
          const [similar, shown] = await Promise.all([read("similar", signal), read("recommendations", signal)]);
          return { ...similar, items: without(similar.items, shown.items) };
        }}
      />
    </>
  );
}
