import { api } from "../../api/endpoints.ts";
import type { Degraded, TitleCard } from "../../api/types.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../parts/button.tsx";
import { Card } from "../../parts/card.tsx";
import { Endless } from "../../parts/endless.tsx";
import { Chip, Segments, Select } from "../../parts/form.tsx";
import { Empty, ErrorNotice } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { Stale } from "../../parts/stale.tsx";
import { place, setQuery } from "../../router/router.ts";
import { usePages } from "../../state/pages.ts";
import { useQuery } from "../../state/query.ts";
import { discovery, LISTINGS, SORTS, type Wanted, wantedOf } from "./filters.ts";
import { ListingRow } from "./listing-row.tsx";
import "./discover.css";

const DECADES = [2020, 2010, 2000, 1990, 1980, 1970, 1960, 1950, 1940, 1930, 1920];

/** Titles of the whole world: lists, or what fits the filters. Everything chosen is in the address. */
export default function Discover() {
  const text = t.value;
  const wanted = wantedOf(place.value.query);
  usePageTitle(text.nav.discover);
  return (
    <div class="discover">
      <div class="page discover-head">
        <div class="page-head">
          <h1>{text.nav.discover}</h1>
          <Segments
            label={text.discover.kind}
            value={wanted.kind}
            options={[["movie", text.nav.movies] as const, ["show", text.nav.shows] as const]}
            onChoose={(kind) => setQuery({ kind: kind === "movie" ? null : kind, genre: null })}
          />
        </div>
        <Choices wanted={wanted} />
      </div>
      {wanted.filtered || wanted.listing ? (
        <Found wanted={wanted} />
      ) : (
        LISTINGS.map((listing) => <ListingRow key={wanted.kind + listing} kind={wanted.kind} listing={listing} />)
      )}
    </div>
  );
}

function Choices({ wanted }: { wanted: Wanted }) {
  const text = t.value;
  const genres = useQuery("genres:all", (signal) => api.catalog.genres(false, signal));
  const none = { list: null, genre: null, decade: null, sort: null };
  return (
    <div class="filters">
      <fieldset class="chips" aria-label={text.discover.lists}>
        <Chip on={!wanted.filtered && !wanted.listing} onClick={() => setQuery(none)}>
          {text.discover.everything}
        </Chip>
        {LISTINGS.map((listing) => (
          <Chip key={listing} on={wanted.listing === listing} onClick={() => setQuery({ ...none, list: listing })}>
            {text.discover.listings[wanted.kind][listing]}
          </Chip>
        ))}
      </fieldset>
      <div class="filter-menus">
        <Select
          label={text.library.genre}
          value={wanted.genre ?? ""}
          options={[
            ["", text.library.allGenres] as const,
            ...(genres.data?.items ?? []).map(({ id, name }) => [id, name] as const),
          ]}
          onChoose={(genre) => setQuery({ genre: genre || null, list: null })}
        />
        <Select
          label={text.library.year}
          value={String(wanted.decade ?? "")}
          options={[
            ["", text.library.allYears] as const,
            ...DECADES.map((decade) => [String(decade), text.library.decade(decade)] as const),
          ]}
          onChoose={(decade) => setQuery({ decade: decade || null, list: null })}
        />
        <Select
          label={text.library.sort}
          value={wanted.sort}
          options={SORTS.map((sort) => [sort, text.discover.sorts[sort]] as const)}
          onChoose={(sort) => setQuery({ sort, list: null })}
        />
      </div>
    </div>
  );
}

/** One list, or what fits the filters, as a grid that goes on. */
function Found({ wanted }: { wanted: Wanted }) {
  const text = t.value;
  const { kind, listing } = wanted;
  const parameters = discovery(wanted);
  const key = `discover:${listing ? `${kind}:${listing}` : JSON.stringify(parameters)}`;
  const pages = usePages<TitleCard, { degraded: Degraded | null }>(key, (cursor, signal) =>
    listing
      ? api.catalog.listing(kind, listing, { cursor, limit: 48 }, signal)
      : api.catalog.discover({ ...parameters, cursor, limit: 48 }, signal),
  );
  return (
    <div class="page-body">
      <Stale degraded={pages.first?.degraded} />
      {pages.items.length > 0 && (
        <ul class="grid">
          {pages.items.map((title, index) => (
            <li key={title.id}>
              <Card title={title} owned eager={index < 12} />
            </li>
          ))}
        </ul>
      )}
      {pages.error && <ErrorNotice error={pages.error} retry={pages.retry} />}
      {pages.empty && (
        <Empty icon="search" title={text.library.nothing} text={text.discover.nothingText}>
          <Button onClick={() => setQuery({ list: null, genre: null, decade: null, sort: null })}>
            {text.library.clear}
          </Button>
        </Empty>
      )}
      <Endless pages={pages} grid />
    </div>
  );
}
