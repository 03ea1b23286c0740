import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["tests/**/*.test.ts"], environment: "node", pool: "threads", setupFiles: ["tests/browser.ts"] },
});
