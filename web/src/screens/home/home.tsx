import { useRef } from "preact/hooks";
import { api } from "../../api/endpoints.ts";
import type { Genre, HomeView, TitleCard } from "../../api/types.ts";
import { language, t } from "../../i18n/index.ts";
import { Card } from "../../parts/card.tsx";
import { ErrorNotice, Late } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { Row } from "../../parts/row.tsx";
import { Stale } from "../../parts/stale.tsx";
import { WideCard } from "../../parts/wide-card.tsx";
import { useLibraryFeed } from "../../state/library-feed.ts";
import { useQuery } from "../../state/query.ts";
import { isAdmin, user } from "../../state/session.ts";
import { EmptyLibrary } from "./empty-library.tsx";
import { Hero } from "./hero.tsx";
import "./home.css";

type HomeRow = HomeView["rows"][number];
const BEGUN = "continue-watching";
/** Rows with titles that the library need not have. */
const OUTSIDE = /^(trending|popular|watchlist)/;

/** Where all of a row is, for those that have such a place. */
function allOf(row: HomeRow): string | undefined {
  if (row.genre_id) return `/discover?genre=${encodeURIComponent(row.genre_id)}`;
  const places: Record<string, string> = {
    movies: "/library/movies",
    shows: "/library/shows",
    "recently-added": "/library/movies?sort=-added_at",
    trending: "/discover?list=trending",
    "popular-movies": "/discover?list=popular",
    "popular-shows": "/discover?kind=show&list=popular",
  };
  // The library is not for visitors.
  return user.value || places[row.id]?.startsWith("/discover") ? places[row.id] : undefined;
}

/** What you were watching, then rows of everything. */
export default function Home() {
  const home = useQuery(`home:${language.value}`, (signal) => api.catalog.home(signal));
  usePageTitle(null);
  useLibraryFeed("home");
  if (home.data) return <HomeBody home={home.data} />;
  if (home.error) return <ErrorNotice whole error={home.error} retry={home.reload} />;
  return (
    <Late>
      <HomeBones />
    </Late>
  );
}

function HomeBody({ home }: { home: HomeView }) {
  const rows = home.rows.filter((row) => row.items.length > 0);
  const hero = useSteadyHero(home);
  const named = rows.some((row) => row.genre_id);
  const genres = useQuery(named ? `genres:${language.value}` : null, (signal) => api.catalog.genres(false, signal));
  // Lists of the whole world do not make a library: whoever can fill it is told how.
  const teach = isAdmin.value && !rows.some((row) => row.items.some((title) => title.in_library));
  if (rows.length === 0 && !home.hero) return <EmptyLibrary />;
  return (
    <div class="home">
      {teach ? (
        <EmptyLibrary />
      ) : (
        <>
          <h1 class="hidden-visually">{t.value.home.title}</h1>
          {hero ? <Hero title={hero} /> : <div class="hero-none" />}
        </>
      )}
      {home.degraded && (
        <div class="home-stale">
          <Stale degraded={home.degraded} />
        </div>
      )}
      {rows.map((row, index) => (
        <Row
          key={row.id}
          title={rowTitle(row, genres.data?.items ?? [])}
          class={row.id === BEGUN ? "wide" : ""}
          to={allOf(row)}
        >
          {row.items.map((title) => (
            <li key={title.id + (title.progress?.item_id ?? "")}>
              {row.id === BEGUN ? (
                <WideCard title={title} eager={index < 2} />
              ) : (
                <Card title={title} owned={OUTSIDE.test(row.id)} eager={index < 2} />
              )}
            </li>
          ))}
        </Row>
      ))}
    </div>
  );
}

/** The heading of a row in the person's language, where it is one that is known. */
function rowTitle({ id, title, because, genre_id }: HomeRow, genres: readonly Genre[]): string {
  const { row, home } = t.value;
  if (because) return home.because(because.title);
  const genre = genre_id && genres.find((each) => each.id === genre_id)?.name;
  return genre || (row[id] ?? title);
}

/** What is suggested stays while the page is open, even when something newer arrives: the big picture must not change by itself. */
function useSteadyHero({ hero, rows }: HomeView): TitleCard | null {
  const first = useRef(hero);
  const known = [hero, ...rows.flatMap((row) => row.items)];
  first.current = known.find((title) => title && title.id === first.current?.id) ?? hero;
  return first.current;
}

function HomeBones() {
  return (
    <div class="home" aria-busy="true">
      <div class="hero-bones">
        <div class="bone" />
        <div class="bone" />
        <div class="bone" />
      </div>
      {[0, 1].map((row) => (
        <div class="row-track row" key={row}>
          {[0, 1, 2, 3, 4, 5, 6, 7].map((n) => (
            <div class="bone card-bone" key={n} />
          ))}
        </div>
      ))}
    </div>
  );
}
