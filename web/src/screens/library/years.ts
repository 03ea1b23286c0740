/** Years that a list is narrowed to: one, or a decade by its first year. */
export interface Years {
  year: number | null;
  decade: number | null;
}

const whole = (text: string | null) => (text && /^\d{4}$/.test(text) ? Number(text) : null);

/** What the address asks for; a year stands in its decade. Pure. */
export function yearsOf(query: URLSearchParams): Years {
  const year = whole(query.get("year"));
  const decade = year ?? whole(query.get("decade"));
  return { year, decade: decade === null ? null : decade - (decade % 10) };
}

/** The parameters that the server narrows a list by. Pure. */
export function yearParameters({ year, decade }: Years): { year_from: number | null; year_to: number | null } {
  if (year !== null) return { year_from: year, year_to: year };
  return decade === null ? { year_from: null, year_to: null } : { year_from: decade, year_to: decade + 9 };
}

/** The decades from that of `oldest` to that of `newest`, newest first. Pure. */
export function decades(oldest: number, newest: number): number[] {
  const [first, last] = [oldest - (oldest % 10), newest - (newest % 10)];
  return Array.from({ length: Math.max(0, (last - first) / 10 + 1) }, (_, index) => last - index * 10);
}

/** The years of a decade that lie between `oldest` and `newest`, newest first. Pure. */
export function yearsIn(decade: number, oldest: number, newest: number): number[] {
  const all = Array.from({ length: 10 }, (_, index) => decade + 9 - index);
  return all.filter((year) => year >= oldest && year <= newest);
}
