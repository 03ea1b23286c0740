import { defineConfig } from "vite";

const server = "http://127.0.0.1:8470";

// Relative addresses, because the server may live below a base path that is only known when it runs.
export default defineConfig({
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    // The content security policy allows no data: fonts or styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true,
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": server, "/openapi.json": server, "/docs": server },
  },
});
