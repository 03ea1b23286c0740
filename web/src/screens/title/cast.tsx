import { picture } from "../../api/pictures.ts";
import type { TitleView } from "../../api/types.ts";
import { t } from "../../i18n/index.ts";
import { Row } from "../../parts/row.tsx";

const MOST = 20;

export function Cast({ people }: { people: TitleView["credits"]["cast"] }) {
  if (people.length === 0) return null;
  return (
    <Row title={t.value.title.cast} class="cast" still>
      {people.slice(0, MOST).map((person) => (
        <li key={person.id ?? person.name} class="person">
          <div class="person-face" aria-hidden="true">
            {person.profile ? (
              <img {...picture(person.profile, "profile")} alt="" loading="lazy" />
            ) : (
              initials(person.name)
            )}
          </div>
          <div>
            <p>{person.name}</p>
            <p class="quiet small">{person.character}</p>
          </div>
        </li>
      ))}
    </Row>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => word?.slice(0, 1) ?? "").join("");
}
