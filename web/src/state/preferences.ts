import { effect, signal } from "@preact/signals";

export type Theme = "system" | "dark" | "light";

/** A signal kept in this browser under `name`. A browser that keeps nothing still works. */
export function kept<T>(name: string, initial: T) {
  const key = `matinee.${name}`;
  const value = signal<T>(read(key, initial));
  let first = true;
  effect(() => {
    const text = JSON.stringify(value.value);
    if (first) first = false;
    else write(key, text);
  });
  return value;
}

export const theme = kept<Theme>("theme", "system");

/** Applies the theme to the document, now and whenever it changes. */
export function followTheme(): void {
  effect(() => {
    if (theme.value === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme.value;
  });
}

function read<T>(key: string, initial: T): T {
  try {
    const text = localStorage.getItem(key);
    return text === null ? initial : (JSON.parse(text) as T);
  } catch {
    return initial;
  }
}

function write(key: string, text: string): void {
  try {
    localStorage.setItem(key, text);
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
}
