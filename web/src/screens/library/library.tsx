import { api } from "../../api/endpoints.ts";
import type { Kind, TitleCard } from "../../api/types.ts";
import type { ScreenProps } from "../../app/screens.tsx";
import { NotFound } from "../../app/screens.tsx";
import { t } from "../../i18n/index.ts";
import { Button, LinkButton } from "../../parts/button.tsx";
import { Card } from "../../parts/card.tsx";
import { Endless } from "../../parts/endless.tsx";
import { NewsPill } from "../../parts/news-pill.tsx";
import { Empty, ErrorNotice } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { place, setQuery } from "../../router/router.ts";
import { useLibraryNews } from "../../state/library-feed.ts";
import { usePages } from "../../state/pages.ts";
import { isAdmin } from "../../state/session.ts";
import { Filters, Sort } from "./filters.tsx";
import { yearParameters, yearsOf } from "./years.ts";
import "./library.css";

const KINDS: Record<string, Kind> = { movies: "movie", shows: "show" };

/** All movies or all shows. Sort order and filters live in the address. */
export default function Library({ parameters }: ScreenProps) {
  const kind = KINDS[parameters.kind ?? ""];
  return kind ? <LibraryOf kind={kind} /> : <NotFound />;
}

function LibraryOf({ kind }: { kind: Kind }) {
  const text = t.value;
  const { query } = place.value;
  const years = yearsOf(query);
  const filters = {
    sort: query.get("sort") ?? "title",
    genre: query.get("genre"),
    q: query.get("q"),
    ...yearParameters(years),
  };
  const key = `library:${kind}:${JSON.stringify(filters)}`;
  const { news, show } = useLibraryNews(`library:${kind}:`);
  const pages = usePages<TitleCard>(key, (cursor, signal) =>
    api.library.list(kind, { ...filters, cursor, limit: 48 }, signal),
  );
  const filtered = !!(filters.genre || years.decade || filters.q);
  const name = kind === "movie" ? text.nav.movies : text.nav.shows;
  usePageTitle(name);
  return (
    <div class="page">
      <div class="page-head">
        <h1>{name}</h1>
        <Sort value={filters.sort} />
      </div>
      <Filters kind={kind} genre={filters.genre} years={years} />
      {news && <NewsPill onShow={show} />}
      {pages.items.length > 0 && (
        <ul class="grid">
          {pages.items.map((title, index) => (
            <li key={title.id}>
              <Card title={title} eager={index < 12} />
            </li>
          ))}
        </ul>
      )}
      {pages.error && <ErrorNotice error={pages.error} retry={pages.retry} />}
      {pages.empty && (filtered ? <NothingFits /> : <Nothing kind={kind} />)}
      <Endless pages={pages} grid />
    </div>
  );
}

function NothingFits() {
  const text = t.value.library;
  return (
    <Empty icon="search" title={text.nothing} text={text.nothingText}>
      <Button onClick={() => setQuery({ genre: null, year: null, decade: null, q: null })}>{text.clear}</Button>
    </Empty>
  );
}

function Nothing({ kind }: { kind: Kind }) {
  const text = t.value;
  const title = kind === "movie" ? text.library.emptyMovies : text.library.emptyShows;
  if (!isAdmin.value) return <Empty icon="film" title={title} text={text.home.emptyMember} />;
  return (
    <Empty icon={kind === "movie" ? "film" : "tv"} title={title} text={text.home.emptyFolderText}>
      <LinkButton look="primary" to="/manage?add=1">
        {text.home.emptyFolder}
      </LinkButton>
    </Empty>
  );
}
