// What the modules under test touch of a browser when they are imported.
const store = new Map<string, string>();
const globals = {
  localStorage: {
    getItem: (key: string) => store.get(key) ?? null,
    setItem: (key: string, value: string) => void store.set(key, value),
  },
  document: { baseURI: "http://matinee.test/", documentElement: { dataset: {}, lang: "" }, cookie: "" },
  location: { pathname: "/", search: "" },
  history: { state: null },
  navigator: { languages: ["en-GB"], language: "en-GB" },
};
for (const [name, value] of Object.entries(globals)) {
  if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value, configurable: true });
}

const { startLanguage } = await import("../src/i18n/index.ts");
await startLanguage();
