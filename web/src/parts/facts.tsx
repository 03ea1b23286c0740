import { number, runtime } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import "./facts.css";

interface FactsProps {
  year?: number | null;
  runtime?: number | null;
  genres?: string[];
  rating?: number | null;
  extra?: (string | null | undefined)[];
  demo?: boolean;
}

/** What matters of a title, in one line. */
export function Facts({ year, runtime: minutes, genres = [], rating, extra = [], demo }: FactsProps) {
  const facts = [
    year ? String(year) : null,
    minutes ? runtime(minutes) : null,
    ...extra,
    genres.slice(0, 3).join(", ") || null,
  ];
  return (
    <ul class="facts numeric">
      {facts.filter(Boolean).map((fact) => (
        <li key={fact}>{fact}</li>
      ))}
      {rating ? (
        <li class="fact-rating">
          <span aria-hidden="true">★ {number(rating, 1)}</span>
          <span class="hidden-visually">{t.value.fact.rating(number(rating, 1))}</span>
        </li>
      ) : null}
      {demo && <li class="badge">{t.value.fact.demo}</li>}
    </ul>
  );
}
