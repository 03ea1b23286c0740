import { api } from "../../api/endpoints.ts";
import { t } from "../../i18n/index.ts";
import { Chip, Select } from "../../parts/form.tsx";
import { setQuery } from "../../router/router.ts";
import { useQuery } from "../../state/query.ts";

const SORTS = ["title", "-added_at", "-year", "year", "-vote_average"];
const OLDEST = 1920;

interface FiltersProps {
  filters: { sort: string; genre: string | null; year: string | null };
}

/** Sort order and year as menus, genres as chips. */
export function Filters({ filters }: FiltersProps) {
  const text = t.value.library;
  const genres = useQuery("genres", (signal) => api.catalog.genres(signal));
  const thisYear = new Date().getFullYear();
  const years = Array.from({ length: thisYear - OLDEST + 1 }, (_, index) => String(thisYear - index));
  return (
    <div class="filters">
      <div class="filter-menus">
        <Select
          label={text.sort}
          value={filters.sort}
          options={SORTS.map((sort) => [sort, text.sorts[sort] ?? sort] as const)}
          onChoose={(sort) => setQuery({ sort: sort === "title" ? null : sort })}
        />
        <Select
          label={text.year}
          value={filters.year ?? ""}
          options={[["", text.allYears] as const, ...years.map((year) => [year, year] as const)]}
          onChoose={(year) => setQuery({ year })}
        />
      </div>
      {!!genres.data?.items.length && (
        <fieldset class="chips" aria-label={text.genre}>
          <Chip on={!filters.genre} onClick={() => setQuery({ genre: null })}>
            {text.all}
          </Chip>
          {genres.data.items.map((genre) => (
            <Chip
              key={genre.id}
              on={filters.genre === genre.id}
              onClick={() => setQuery({ genre: filters.genre === genre.id ? null : genre.id })}
            >
              {genre.name}
            </Chip>
          ))}
        </fieldset>
      )}
    </div>
  );
}
