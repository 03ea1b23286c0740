import type { AdminUser } from "../../api/account-types.ts";

export type Right = "tier" | "granted" | "denied";

/** Where a permission of a person comes from. Pure. */
export function rightOf(person: Pick<AdminUser, "granted" | "denied">, name: string): Right {
  if (person.denied.includes(name)) return "denied";
  return person.granted.includes(name) ? "granted" : "tier";
}

/** The grants and denials of a person after one permission was set. Pure. */
export function withRight(person: Pick<AdminUser, "granted" | "denied">, name: string, right: Right) {
  const without = (names: string[]) => names.filter((each) => each !== name);
  return {
    granted: right === "granted" ? [...without(person.granted), name] : without(person.granted),
    denied: right === "denied" ? [...without(person.denied), name] : without(person.denied),
  };
}

/** What was typed as a limit: nothing is the tier's (null), else a whole number; undefined for what is neither. Pure. */
export function limitOf(typed: string): number | null | undefined {
  const text = typed.trim();
  if (text === "") return null;
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}
