export type PasswordFault = "short" | "name" | "common";

/** The shortest that the server takes. */
const SHORTEST = 8;
const COMMON = [
  "password",
  "passwort",
  "passw0rd",
  "contrasena",
  "motdepasse",
  "qwerty",
  "qwertz",
  "azerty",
  "qwertyuiop",
  "qwertzuiop",
  "asdfghjkl",
  "letmein",
  "iloveyou",
  "welcome",
  "matinee",
  "admin",
  "administrator",
  "abc",
  "changeme",
];
const LINES = ["0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm"];

/** Why the server would refuse a password, or null: its rules, so that nobody has to send one to learn them. Pure. */
export function passwordFault(password: string, name = ""): PasswordFault | null {
  const folded = password.toLowerCase().trim();
  const own = name.toLowerCase().trim();
  if ([...password].length < SHORTEST) return "short";
  if (own && (folded === own || folded === own + own || [...folded].reverse().join("") === own)) return "name";
  return isCommon(folded) ? "common" : null;
}

function isCommon(folded: string): boolean {
  if (new Set(folded).size <= 2) return true;
  const lines = LINES.flatMap((line) => [line, [...line].reverse().join("")]);
  if (lines.some((line) => (line + line).includes(folded))) return true;
  const bare = folded.replace(/^[\d!?.,\-_*#+@$ ]+|[\d!?.,\-_*#+@$ ]+$/g, "");
  return COMMON.some((word) => bare === word || bare === word + word);
}

/** How good a password is, 0 (refused) to 4; length counts, and variety a little. Pure. */
export function passwordStrength(password: string, name = ""): 0 | 1 | 2 | 3 | 4 {
  const fault = passwordFault(password, name);
  if (fault) return fault === "short" ? 0 : 1;
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\d/, /[^\p{L}\d]/u].filter((kind) => kind.test(password)).length;
  const variety = Math.min(1, new Set(password.toLowerCase()).size / 8);
  const points = [...password].length * variety + (kinds - 1) * 2;
  return points >= 20 ? 4 : points >= 13 ? 3 : 2;
}
