import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { api } from "../../api/endpoints.ts";
import type { Kind, TitleProgress, TitleView } from "../../api/types.ts";
import type { ScreenProps } from "../../app/screens.tsx";
import { date } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { Backdrop } from "../../parts/backdrop.tsx";
import { Facts } from "../../parts/facts.tsx";
import { ErrorNotice, Late } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { Poster } from "../../parts/poster.tsx";
import { Stale } from "../../parts/stale.tsx";
import { place } from "../../router/router.ts";
import { useQuery } from "../../state/query.ts";
import { isAdmin, user } from "../../state/session.ts";
import { Actions } from "./actions.tsx";
import { Cast } from "./cast.tsx";
import { Files } from "./files.tsx";
import { lastPlayed } from "./next-up.ts";
import { Rating } from "./opinions.tsx";
import { Related } from "./related.tsx";
import { Seasons } from "./seasons.tsx";
import { Trailers } from "./trailers.tsx";
import "./title.css";

/** One film or show: what it is, and the one button that plays it. */
export default function Title({ parameters }: ScreenProps) {
  const id = parameters.id as string;
  const kind: Kind = place.value.path.startsWith("/shows/") ? "show" : "movie";
  const title = useQuery(`title:${id}`, (signal) => api.catalog.title(kind, id, signal));
  usePageTitle(title.data?.title);
  const progress = useQuery(user.value ? `progress:${id}` : null, (signal) => api.playback.progressOf(id, signal));
  // What was watched decides what the big button says; a failure to learn it stops nobody.
  if (title.data && !progress.pending) return <TitleBody title={title.data} progress={progress.data} />;
  if (title.error) return <ErrorNotice whole error={title.error} retry={title.reload} />;
  return (
    <Late>
      <div class="title-head title-bones" aria-busy="true">
        <div class="bone" />
      </div>
    </Late>
  );
}

function TitleBody({ title, progress }: { title: TitleView; progress: TitleProgress | undefined }) {
  const text = t.value;
  const season = title.seasons?.length;
  const director = title.credits.crew.filter((person) => person.job === "Director").map((person) => person.name);
  return (
    <article class="title">
      <section class="title-head after-dark" aria-label={title.title}>
        <Backdrop key={title.id} url={title.backdrop} poster={title.poster} color={title.poster_color} />
        <div class="title-poster">
          <Poster title={title.title} url={title.poster} color={title.poster_color} sizes="260px" eager />
        </div>
        <div class="title-text">
          <h1>{title.title}</h1>
          {title.tagline && <p class="title-tagline">{title.tagline}</p>}
          <Facts
            year={title.year}
            runtime={title.kind === "movie" ? title.runtime : null}
            extra={[season ? text.fact.seasons(season) : null, title.certification || null]}
            genres={title.genres.map((genre) => genre.name)}
            rating={title.vote_average}
            demo={title.demo}
          />
          <Stale degraded={title.degraded} />
          <Actions title={title} progress={lastPlayed(progress)} />
          <p class="title-overview">{title.overview || <span class="quiet">{text.title.noOverview}</span>}</p>
          <dl class="title-facts">
            {director.length > 0 && <Fact name={text.title.director} value={director.join(", ")} />}
            {title.status && title.status !== "Released" && (
              <Fact name={text.title.status} value={text.title.statuses[title.status] ?? title.status} />
            )}
            {title.release_date && <Fact name={text.title.released} value={date(title.release_date)} />}
            {title.original_title && title.original_title !== title.title && (
              <Fact name={text.title.original} value={title.original_title} />
            )}
          </dl>
          {user.value && <Rating title={title.id} />}
          {!title.matched && <p class="quiet small">{text.title.unmatched}</p>}
        </div>
      </section>
      {title.kind === "show" && <Seasons show={title} progress={progress} />}
      <Cast people={title.credits.cast} />
      <Trailers title={title} />
      <Related title={title} />
      {title.library.items.length > 0 && <Files title={title} />}
      {title.library.available && isAdmin.value && <AdminRoom title={title} />}
      {title.attribution && <p class="title-attribution quiet small">{title.attribution}</p>}
    </article>
  );
}

/** What only administrators see of a title; its code is fetched for them alone. */
function AdminRoom({ title }: { title: TitleView }) {
  const [Room, setRoom] = useState<((props: { title: TitleView }) => VNode) | null>(null);
  useEffect(() => {
    const found = Promise.all([import("../renditions/renditions.tsx"), import("../../i18n/rooms.ts")]);
    void found.then(async ([room, texts]) => {
      await texts.loadRooms();
      setRoom(() => room.default);
    });
  }, []);
  return Room && <Room title={title} />;
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
