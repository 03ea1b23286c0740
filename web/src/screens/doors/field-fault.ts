import type { ProblemError } from "../../api/client.ts";

/** What the server said of one field of a form, or null. Pure. */
export function fieldFault(error: ProblemError | null, field: string): string | null {
  return error?.problem.errors?.find((each) => each.location.split(".").at(-1) === field)?.message ?? null;
}
