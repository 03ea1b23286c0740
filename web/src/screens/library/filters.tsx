import { api } from "../../api/endpoints.ts";
import type { Kind } from "../../api/types.ts";
import { t } from "../../i18n/index.ts";
import { Chip, Select } from "../../parts/form.tsx";
import { setQuery } from "../../router/router.ts";
import { useQuery } from "../../state/query.ts";
import { decades, type Years, yearsIn } from "./years.ts";

const SORTS = ["title", "-added_at", "-year", "year", "-vote_average"];

interface FiltersProps {
  kind: Kind;
  genre: string | null;
  years: Years;
}

/** Genres, decades and the years of a decade as chips. */
export function Filters({ kind, genre, years }: FiltersProps) {
  return (
    <div class="filters">
      <Genres chosen={genre} />
      <Decades kind={kind} years={years} />
    </div>
  );
}

/** The sort order, as a menu beside the heading. */
export function Sort({ value }: { value: string }) {
  const text = t.value.library;
  return (
    <Select
      label={text.sort}
      value={value}
      options={SORTS.map((each) => [each, text.sorts[each] ?? each] as const)}
      onChoose={(sort) => setQuery({ sort: sort === "title" ? null : sort })}
    />
  );
}

function Genres({ chosen }: { chosen: string | null }) {
  const text = t.value.library;
  const genres = useQuery("genres:library", (signal) => api.catalog.genres(true, signal));
  if (!genres.data?.items.length) return null;
  return (
    <fieldset class="chips" aria-label={text.genre}>
      <Chip on={!chosen} onClick={() => setQuery({ genre: null })}>
        {text.allGenres}
      </Chip>
      {genres.data.items.map(({ id, name }) => (
        <Chip key={id} on={chosen === id} onClick={() => setQuery({ genre: chosen === id ? null : id })}>
          {name}
        </Chip>
      ))}
    </fieldset>
  );
}

/** The decades that the library has something of; within one, its years. */
function Decades({ kind, years }: { kind: Kind; years: Years }) {
  const text = t.value.library;
  const span = useQuery(`years:${kind}`, (signal) => readSpan(kind, signal));
  if (!span.data) return null;
  const { oldest, newest } = span.data;
  const found = decades(oldest, newest);
  if (found.length < 2) return null;
  return (
    <>
      <fieldset class="chips" aria-label={text.year}>
        <Chip on={years.decade === null} onClick={() => setQuery({ year: null, decade: null })}>
          {text.allYears}
        </Chip>
        {found.map((decade) => {
          const on = years.decade === decade;
          return (
            <Chip key={decade} on={on} onClick={() => setQuery({ year: null, decade: on ? null : String(decade) })}>
              {text.decade(decade)}
            </Chip>
          );
        })}
      </fieldset>
      {years.decade !== null && (
        <fieldset class="chips chips-small numeric" aria-label={text.decade(years.decade)}>
          {yearsIn(years.decade, oldest, newest).map((year) => {
            const on = years.year === year;
            const parent = String(years.decade);
            return (
              <Chip
                key={year}
                on={on}
                onClick={() => setQuery({ year: on ? null : String(year), decade: on ? parent : null })}
              >
                {year}
              </Chip>
            );
          })}
        </fieldset>
      )}
    </>
  );
}

/** The first and the last year that the library has something of. */
async function readSpan(kind: Kind, signal: AbortSignal): Promise<{ oldest: number; newest: number } | null> {
  const edge = (sort: string) =>
    api.library
      .list(kind, { sort, year_from: 1870, limit: 1, fields: "id,year" }, signal)
      .then(({ items }) => items[0]?.year);
  const [oldest, newest] = await Promise.all([edge("year"), edge("-year")]);
  return oldest && newest ? { oldest, newest } : null;
}
