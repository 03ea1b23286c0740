/** A code as it is shown on the other screen: capitals, in two halves, whatever was typed. Pure. */
export function userCode(typed: string): string {
  const bare = typed.toUpperCase().replace(/[^A-Z0-9]/g, "");
  return bare.length > 4 ? `${bare.slice(0, 4)}-${bare.slice(4, 8)}` : bare;
}
