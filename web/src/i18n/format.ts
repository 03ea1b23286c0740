import { locale, t } from "./index.ts";

/** 2590 -> "43:10", 3790 -> "1:03:10". Pure. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Minutes as "1 h 43 min". */
export function runtime(minutes: number): string {
  const whole = Math.max(1, Math.round(minutes));
  return t.value.fact.runtime(Math.floor(whole / 60), whole % 60);
}

/** A bit rate: 4_100_000 -> "4.1 Mbit/s". */
export function bitrate(bits: number): string {
  const mega = bits / 1e6;
  const digits = mega < 10 ? 1 : 0;
  return `${number(mega, digits)} Mbit/s`;
}

/** Bytes in the unit that reads best. */
export function bytes(size: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  const step = size < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(size) / 3));
  const value = size / 1000 ** step;
  const options = { style: "unit", unit: units[step], maximumFractionDigits: value < 10 && step > 1 ? 1 : 0 } as const;
  return new Intl.NumberFormat(locale.value, options).format(value);
}

export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(locale.value, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    value,
  );
}

export function date(text: string): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: "medium" }).format(new Date(text));
}

/** Day and time, to the second. */
export function moment(text: string): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: "medium", timeStyle: "medium" }).format(new Date(text));
}

/** A length of time in its largest whole unit: 18_000 -> "5 hours". */
export function age(seconds: number): string {
  const steps = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ] as const;
  const [unit, length] = steps.find(([, size]) => seconds >= size) ?? (["minute", 60] as const);
  const options = { style: "unit", unit, unitDisplay: "long" } as const;
  return new Intl.NumberFormat(locale.value, options).format(Math.max(1, Math.floor(seconds / length)));
}

/** "5 minutes ago", for a time in the past (or the near future, by clock skew). */
export function ago(time: string | number, now: number = Date.now()): string {
  const seconds = (new Date(time).getTime() - now) / 1000;
  const steps = [
    ["year", 31_557_600],
    ["month", 2_629_800],
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ] as const;
  const format = new Intl.RelativeTimeFormat(locale.value, { numeric: "auto" });
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  }
  return format.format(0, "second");
}

/** The name of a language by its code, in the person's language. */
export function languageName(code: string | null | undefined): string {
  if (!code || code === "und") return t.value.fact.unknownLanguage;
  try {
    return new Intl.DisplayNames([locale.value], { type: "language", fallback: "code" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** A track by its language and title; a title that only names the language again is left out. */
export function trackName(track: { language: string | null; title: string | null }): string {
  const known = track.language && track.language !== "und" ? track.language : null;
  const language = known ? languageName(known) : null;
  const names = [language, known && autonym(known)].map((name) => name?.toLowerCase());
  const title = track.title && !names.includes(track.title.toLowerCase()) ? track.title : null;
  return [language, title].filter(Boolean).join(" · ");
}

function autonym(code: string): string | undefined {
  try {
    return new Intl.DisplayNames([code], { type: "language" }).of(code);
  } catch {
    return undefined;
  }
}

/** The height of a picture as people call it. */
export function heightName(height: number): string {
  return height >= 2000 ? "4K" : `${height}p`;
}
