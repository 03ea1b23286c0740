import { api } from "../../api/endpoints.ts";
import type { Kind, Listing } from "../../api/types.ts";
import { t } from "../../i18n/index.ts";
import { TitleRow } from "../../parts/title-row.tsx";

/** One of the lists, as a row that leads to all of it. */
export function ListingRow({ kind, listing }: { kind: Kind; listing: Listing }) {
  const query = kind === "show" ? `kind=show&list=${listing}` : `list=${listing}`;
  return (
    <TitleRow
      id={`listing:${kind}:${listing}`}
      title={t.value.discover.listings[kind][listing]}
      to={`/discover?${query}`}
      load={(signal) => api.catalog.listing(kind, listing, { limit: 20 }, signal)}
    />
  );
}
