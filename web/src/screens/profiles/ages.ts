/** The limits that are offered; they are those of the common rating systems. */
const AGES = [0, 6, 12, 16, 18] as const;

/** The limits to choose from, with `present` among them where it is another. Pure. */
export function ageChoices(present: number | null): number[] {
  return [...new Set([...AGES, ...(present === null ? [] : [present])])].sort((a, b) => a - b);
}

/** Whether `pin` is one: 4 to 8 digits. Pure. */
export function isPin(pin: string): boolean {
  return /^\d{4,8}$/.test(pin);
}
