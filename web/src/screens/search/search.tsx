import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../../api/endpoints.ts";
import type { Degraded, SearchHit, Suggestion } from "../../api/types.ts";
import { t } from "../../i18n/index.ts";
import { IconButton } from "../../parts/button.tsx";
import { Card, titlePath } from "../../parts/card.tsx";
import { Endless } from "../../parts/endless.tsx";
import { Chip } from "../../parts/form.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Empty, ErrorNotice } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { Stale } from "../../parts/stale.tsx";
import { href, place, setQuery } from "../../router/router.ts";
import { usePages } from "../../state/pages.ts";
import { useQuery } from "../../state/query.ts";
import "./search.css";

const PAUSE = 180;
const MOST_SUGGESTIONS = 8;
const KIND_ICONS = { movie: "film", show: "tv", person: "user" } as const;

/** Finds titles as you type. */
export default function Search() {
  const text = t.value;
  const { query } = place.value;
  const wanted = query.get("q") ?? "";
  const kind = query.get("kind");
  const [typed, setTyped] = useState(wanted);
  const field = useRef<HTMLInputElement>(null);
  usePageTitle(text.search.title);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    if (typed.trim() === wanted) return;
    const timer = setTimeout(() => setQuery({ q: typed.trim() }), PAUSE);
    return () => clearTimeout(timer);
  }, [typed]);
  const pages = usePages<SearchHit, { degraded: Degraded | null }>(
    wanted ? `search:${kind}:${wanted}` : null,
    (cursor, signal) => api.catalog.search({ q: wanted, kind, cursor, limit: 48 }, signal),
  );
  const shown = useSteady(pages.items, pages.busy);
  return (
    <div class="page search">
      <h1 class="hidden-visually">{text.search.title}</h1>
      <search>
        <div class="search-box">
          <Icon name="search" size={24} />
          <input
            ref={field}
            type="search"
            value={typed}
            placeholder={text.search.placeholder}
            aria-label={text.nav.searchHint}
            autocomplete="off"
            spellcheck={false}
            enterkeyhint="search"
            onInput={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={(event) => event.key === "ArrowDown" && focusFirst(event)}
          />
          {typed && (
            <IconButton icon="close" label={text.action.clear} onClick={() => clear(setTyped, field.current)} />
          )}
        </div>
        <Suggestions typed={typed.trim()} />
        <fieldset class="chips" aria-label={text.library.filter}>
          {([null, "movie", "show", "person"] as const).map((value) => (
            <Chip key={value} on={kind === value} onClick={() => setQuery({ kind: value })}>
              {kindName(value)}
            </Chip>
          ))}
        </fieldset>
      </search>
      {wanted && <Stale degraded={pages.first?.degraded} />}
      {!wanted && <Empty icon="search" title={text.search.start} text={text.search.startText} />}
      {wanted && pages.error && <ErrorNotice error={pages.error} retry={pages.retry} />}
      {wanted && pages.empty && <Empty icon="search" title={text.search.none(wanted)} text={text.search.noneText} />}
      {wanted && shown.length > 0 && !pages.empty && !pages.error && (
        <>
          <p class="hidden-visually" role="status">
            {text.search.results(shown.length)}
          </p>
          <ul class="grid search-results">
            {shown.map((hit) => (
              <li key={hit.id}>
                <Card title={hit} owned line={hit.kind === "person" ? text.search.person : null} />
              </li>
            ))}
          </ul>
        </>
      )}
      {wanted && <Endless pages={pages} grid={shown.length === 0} />}
    </div>
  );
}

function kindName(kind: SearchHit["kind"] | null): string {
  const { nav, search } = t.value;
  if (kind === null) return search.all;
  return { movie: nav.movies, show: nav.shows, person: search.people }[kind];
}

/** Titles and people that begin like what is typed, quicker than the results. */
function Suggestions({ typed }: { typed: string }) {
  const text = t.value.search;
  const found = useQuery(typed ? `suggest:${typed}` : null, (signal) => api.catalog.suggest(typed, signal));
  const last = useRef<Suggestion[]>([]);
  if (found.data) last.current = found.data.items;
  if (!typed || last.current.length === 0) return null;
  return (
    <ul class="suggestions" aria-label={text.suggestions}>
      {last.current.slice(0, MOST_SUGGESTIONS).map((one) => (
        <li key={one.id}>
          <a class="chip" href={href(titlePath(one))}>
            <Icon name={KIND_ICONS[one.kind]} size={16} />
            {one.title}
            {one.year && <span class="quiet numeric">{one.year}</span>}
          </a>
        </li>
      ))}
    </ul>
  );
}

/** Keeps the last results in place while the next ones are on their way, so that nothing flickers between keystrokes. */
function useSteady(items: SearchHit[], busy: boolean): SearchHit[] {
  const last = useRef<SearchHit[]>([]);
  if (items.length > 0 || !busy) last.current = items;
  return last.current;
}

function clear(setTyped: (text: string) => void, field: HTMLInputElement | null): void {
  setTyped("");
  setQuery({ q: null });
  field?.focus();
}

function focusFirst(event: KeyboardEvent): void {
  const first = document.querySelector<HTMLElement>(".search-results a");
  if (!first) return;
  event.preventDefault();
  first.focus();
}
