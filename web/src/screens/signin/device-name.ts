const BROWSERS = [
  ["Edge", /Edg\//],
  ["Opera", /OPR\//],
  ["Samsung Internet", /SamsungBrowser\//],
  ["Firefox", /Firefox\//],
  ["Chrome", /Chrome\//],
  ["Safari", /Safari\//],
] as const;
const SYSTEMS = [
  ["Android TV", /Android.*(TV|BRAVIA|AFT)/],
  ["webOS TV", /Web0S|webOS/i],
  ["Tizen TV", /Tizen/],
  ["PlayStation", /PlayStation/],
  ["Xbox", /Xbox/],
  ["Android", /Android/],
  ["iPhone", /iPhone/],
  ["iPad", /iPad/],
  ["Windows", /Windows/],
  ["Mac", /Mac OS X/],
  ["Linux", /Linux|CrOS/],
] as const;

/** What this device is called when it asks to be let in: "Firefox, Linux". Pure. */
export function deviceName(agent: string): string {
  const first = (list: readonly (readonly [string, RegExp])[]) => list.find(([, pattern]) => pattern.test(agent))?.[0];
  return [first(BROWSERS), first(SYSTEMS)].filter(Boolean).join(", ") || "Browser";
}
