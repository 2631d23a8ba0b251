import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{src,scripts,actions,test}/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    // Each worker has a real PostgreSQL server of its own; two keep two cores busy.
    maxWorkers: 2,
    // GitHub's own parser imports JSON as bundlers allow it, and Node does not.
    server: { deps: { inline: [/@actions\/(languageservice|workflow-parser)/] } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
