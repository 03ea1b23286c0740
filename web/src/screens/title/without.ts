/** The items of one list that are not in another. Pure. */
export function without<T extends { id: string }>(items: readonly T[], others: readonly { id: string }[]): T[] {
  const known = new Set(others.map(({ id }) => id));
  return items.filter(({ id }) => !known.has(id));
}
