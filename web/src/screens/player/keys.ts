export type Command =
  | { do: "toggle" | "mute" | "fullscreen" | "captions" | "pip" | "next" | "stats" | "help" | "leave" }
  | { do: "seek"; by: number }
  | { do: "seekPart"; part: number }
  | { do: "volume"; by: number }
  | { do: "speed"; by: number };

export interface Key {
  key: string;
  ctrlKey?: boolean;
  metaKey?: boolean;
  altKey?: boolean;
  shiftKey?: boolean;
}

const LETTERS: Record<string, Command> = {
  k: { do: "toggle" },
  j: { do: "seek", by: -10 },
  l: { do: "seek", by: 10 },
  m: { do: "mute" },
  f: { do: "fullscreen" },
  c: { do: "captions" },
  i: { do: "pip" },
  s: { do: "stats" },
};

const OTHERS: Record<string, Command> = {
  " ": { do: "toggle" },
  ArrowLeft: { do: "seek", by: -5 },
  ArrowRight: { do: "seek", by: 5 },
  ArrowUp: { do: "volume", by: 0.05 },
  ArrowDown: { do: "volume", by: -0.05 },
  Home: { do: "seekPart", part: 0 },
  End: { do: "seekPart", part: 1 },
  "<": { do: "speed", by: -0.25 },
  ">": { do: "speed", by: 0.25 },
  "?": { do: "help" },
  Escape: { do: "leave" },
  MediaPlayPause: { do: "toggle" },
  MediaTrackNext: { do: "next" },
};

/** What a key does in the player, or null. Pure. */
export function commandOf(key: Key): Command | null {
  if (key.ctrlKey || key.metaKey || key.altKey) return null;
  if (key.key === "N") return { do: "next" };
  if (/^[0-9]$/.test(key.key)) return { do: "seekPart", part: Number(key.key) / 10 };
  return OTHERS[key.key] ?? LETTERS[key.key.toLowerCase()] ?? null;
}

const MENU_KEYS = new Set(["ArrowUp", "ArrowDown", "Home", "End", "Enter", " ", "Tab", "Escape"]);

/** Whether an open menu keeps the key for itself; every other key does in it what it does without it. Pure. */
export function belongsToMenu(key: Key): boolean {
  return MENU_KEYS.has(key.key);
}

/** The next playing speed, within what browsers keep the pitch of. Pure. */
export function changedSpeed(now: number, by: number): number {
  return Math.min(2, Math.max(0.25, Math.round((now + by) * 4) / 4));
}
