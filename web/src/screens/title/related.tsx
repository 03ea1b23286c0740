import { api } from "../../api/endpoints.ts";
import type { TitleView } from "../../api/types.ts";
import { t } from "../../i18n/index.ts";
import { TitleRow } from "../../parts/title-row.tsx";

/** What is like a title, and what others liked who liked it. */
export function Related({ title }: { title: TitleView }) {
  const text = t.value.title;
  return (
    <>
      {(["recommendations", "similar"] as const).map((relation) => (
        <TitleRow
          key={relation}
          id={`${relation}:${title.id}`}
          title={text[relation]}
          load={(signal) => api.catalog.related(title.kind, title.id, relation, signal)}
        />
      ))}
    </>
  );
}
