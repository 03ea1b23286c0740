import { api } from "../../api/endpoints.ts";
import type { HomeView } from "../../api/types.ts";
import { t } from "../../i18n/index.ts";
import { Card } from "../../parts/card.tsx";
import { ErrorNotice, Late } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { Row } from "../../parts/row.tsx";
import { useLibraryFeed } from "../../state/library-feed.ts";
import { useQuery } from "../../state/query.ts";
import { EmptyLibrary } from "./empty-library.tsx";
import { Hero } from "./hero.tsx";
import "./home.css";

/** What you were watching, then rows of everything. */
export default function Home() {
  const home = useQuery("home", (signal) => api.catalog.home(signal));
  usePageTitle(null);
  useLibraryFeed("home");
  if (home.data) return <HomeBody home={home.data} />;
  if (home.error) return <ErrorNotice error={home.error} retry={home.reload} />;
  return (
    <Late>
      <HomeBones />
    </Late>
  );
}

function HomeBody({ home }: { home: HomeView }) {
  const rows = home.rows.filter((row) => row.items.length > 0);
  if (rows.length === 0 && !home.hero) return <EmptyLibrary />;
  return (
    <div class="home">
      <h1 class="hidden-visually">{t.value.home.title}</h1>
      {home.hero ? <Hero title={home.hero} /> : <div class="hero-none" />}
      {rows.map((row, index) => (
        <Row key={row.id} title={t.value.row[row.id] ?? row.title}>
          {row.items.map((title) => (
            <li key={title.id + (title.progress?.item_id ?? "")}>
              <Card title={title} eager={index < 2} />
            </li>
          ))}
        </Row>
      ))}
    </div>
  );
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
