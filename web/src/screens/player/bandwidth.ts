import { apiUrl } from "../../api/client.ts";
import { kept } from "../../state/preferences.ts";

const PROBE_BYTES = 4_000_000;
const LONGEST = 3_000;
const GOOD_FOR = 60_000;

/** Bits per second at the last measurement, kept for the next visit. */
export const lastBandwidth = kept<number | null>("bandwidth", null);
let measuredAt = 0;

/** Measures the connection by reading from the server for at most three seconds. Null when that failed. */
export async function measureBandwidth(): Promise<number | null> {
  if (lastBandwidth.value !== null && Date.now() - measuredAt < GOOD_FOR) return lastBandwidth.value;
  const abort = new AbortController();
  const limit = setTimeout(() => abort.abort(), LONGEST);
  let bytes = 0;
  let begun = 0;
  try {
    const response = await fetch(apiUrl("/streaming/bandwidth", { bytes: PROBE_BYTES }), {
      signal: abort.signal,
      cache: "no-store",
    });
    if (!response.ok || !response.body) return null;
    const reader = response.body.getReader();
    begun = performance.now();
    for (let part = await reader.read(); !part.done; part = await reader.read()) bytes += part.value.length;
  } catch {
    // Out of time: what has arrived until now is the measurement.
  } finally {
    clearTimeout(limit);
  }
  const seconds = (performance.now() - begun) / 1000;
  if (!begun || bytes < 10_000 || seconds <= 0) return null;
  measuredAt = Date.now();
  lastBandwidth.value = Math.round((bytes * 8) / seconds);
  return lastBandwidth.value;
}
