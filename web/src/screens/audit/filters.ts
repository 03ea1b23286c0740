/** What to ask the server for, from the query of the page. Days are whole ones of the person's own clock. Pure. */
export function auditQuery(query: URLSearchParams): Record<string, string> {
  const asked: Record<string, string | null> = {
    event: query.get("event"),
    outcome: query.get("outcome"),
    user_id: query.get("user"),
    since: moment(query.get("since"), 0),
    until: moment(query.get("until"), 1),
  };
  return Object.fromEntries(Object.entries(asked).filter((entry): entry is [string, string] => !!entry[1]));
}

/** The beginning of a day ("2026-11-21"), or of one some days later; null for what is no day. */
function moment(day: string | null, later: number): string | null {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day ?? "");
  if (!parts) return null;
  const found = new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]) + later);
  return Number.isNaN(found.getTime()) ? null : found.toISOString();
}
