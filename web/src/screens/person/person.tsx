import { useState } from "preact/hooks";
import { api } from "../../api/endpoints.ts";
import { picture } from "../../api/pictures.ts";
import type { Person } from "../../api/types.ts";
import type { ScreenProps } from "../../app/screens.tsx";
import { date } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { Card } from "../../parts/card.tsx";
import { initials } from "../../parts/initials.ts";
import { ErrorNotice, Late } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { Stale } from "../../parts/stale.tsx";
import { useQuery } from "../../state/query.ts";
import { roles } from "./roles.ts";
import "./person.css";

/** Somebody who makes films: who that is, and in what. */
export default function PersonScreen({ parameters }: ScreenProps) {
  const id = parameters.id as string;
  const person = useQuery(`person:${id}`, (signal) => api.catalog.person(id, signal));
  usePageTitle(person.data?.name);
  if (person.data) return <PersonBody person={person.data} />;
  if (person.error) return <ErrorNotice whole error={person.error} retry={person.reload} />;
  return (
    <Late>
      <div class="page person-page" aria-busy="true">
        <div class="bone person-portrait" />
      </div>
    </Late>
  );
}

function PersonBody({ person }: { person: Person }) {
  const text = t.value.person;
  const born = person.birthday ? date(person.birthday) : null;
  const facts = [
    born ? ([text.born, person.place_of_birth ? text.bornIn(born, person.place_of_birth) : born] as const) : null,
    person.deathday ? ([text.died, date(person.deathday)] as const) : null,
  ].filter((fact) => fact !== null);
  return (
    <article class="page person-page">
      <header class="person-head">
        <div class="person-portrait">
          <span aria-hidden="true">{initials(person.name)}</span>
          {person.profile && (
            <img {...picture(person.profile, "profile")} sizes="200px" alt="" width={185} height={278} />
          )}
        </div>
        <div class="person-text">
          <h1>{person.name}</h1>
          {person.department && <p class="quiet">{text.departments[person.department] ?? person.department}</p>}
          <Stale degraded={person.degraded} />
          <dl class="person-facts">
            {facts.map(([name, value]) => (
              <div key={name}>
                <dt class="quiet small">{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          {person.biography && <Biography text={person.biography} />}
        </div>
      </header>
      {(["cast", "crew"] as const).map((part) => (
        <Titles key={part} name={text[part]} titles={roles(person.titles, part)} />
      ))}
    </article>
  );
}

const SHORT = 480;

function Biography({ text }: { text: string }) {
  const [all, setAll] = useState(text.length <= SHORT);
  return (
    <div class="person-biography">
      <p class={all ? "" : "clamped"}>{text}</p>
      {!all && (
        <button type="button" class="text-link" onClick={() => setAll(true)}>
          {t.value.action.readOn}
        </button>
      )}
    </div>
  );
}

function Titles({ name, titles }: { name: string; titles: Person["titles"] }) {
  if (titles.length === 0) return null;
  return (
    <section class="person-titles" aria-label={name}>
      <h2>{name}</h2>
      <ul class="grid">
        {titles.map((title) => (
          <li key={title.id}>
            <Card title={title} owned line={[title.year, title.role].filter(Boolean).join(" · ")} />
          </li>
        ))}
      </ul>
    </section>
  );
}
