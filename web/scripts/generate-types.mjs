// Writes src/api/schema.ts from ../openapi.json. openapi-typescript needs TypeScript 5's compiler API, so it is run
// apart from the project's own dependencies.
import { spawnSync } from "node:child_process";

const packages = ["--package=openapi-typescript@7.13.0", "--package=typescript@5.9.3"];
const command = ["openapi-typescript", "../openapi.json", "--output", "src/api/schema.ts"];
const run = spawnSync("npx", ["--yes", ...packages, ...command], { stdio: "inherit" });
process.exit(run.status ?? 1);
