import { picture } from "../../api/pictures.ts";
import type { TitleView } from "../../api/types.ts";
import { t } from "../../i18n/index.ts";
import { initials } from "../../parts/initials.ts";
import { Row } from "../../parts/row.tsx";
import { href } from "../../router/router.ts";

type Member = TitleView["credits"]["cast"][number];
const MOST = 20;

export function Cast({ people }: { people: Member[] }) {
  if (people.length === 0) return null;
  const shown = people.slice(0, MOST);
  return (
    <Row title={t.value.title.cast} class="cast" still={!shown.some((person) => person.id)}>
      {shown.map((person) => (
        <li key={person.id ?? person.name}>
          {person.id ? (
            <a class="person" href={href(`/people/${person.id}`)}>
              <Face person={person} />
            </a>
          ) : (
            <div class="person">
              <Face person={person} />
            </div>
          )}
        </li>
      ))}
    </Row>
  );
}

function Face({ person }: { person: Member }) {
  return (
    <>
      <div class="person-face" aria-hidden="true">
        {initials(person.name)}
        {person.profile && (
          <img
            {...picture(person.profile, "profile")}
            sizes="64px"
            alt=""
            loading="lazy"
            decoding="async"
            width={64}
            height={64}
          />
        )}
      </div>
      <div>
        <p>{person.name}</p>
        <p class="quiet small">{person.character}</p>
      </div>
    </>
  );
}
