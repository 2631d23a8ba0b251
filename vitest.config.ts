import { configDefaults, defineConfig } from "vitest/config";

/** Files that change this process itself, such as its environment, get one of their own. */
const ownProcess = [
  "actions/**/*.test.ts",
  "src/base/*.test.ts",
  "src/postgres/cluster.test.ts",
  "src/restore/restore-hostile.test.ts",
  "src/vault/{faults,rights}.test.ts",
];

const shared = {
  setupFiles: ["test/support/begin-file.ts"],
  // GitHub's own parser imports JSON as bundlers allow it, and Node does not.
  server: { deps: { inline: [/@actions\/(languageservice|workflow-parser)/] } },
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  test: {
    globalSetup: ["test/support/global-setup.ts"],
    // Each worker has a real PostgreSQL server of its own; two keep two cores busy.
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...shared,
          name: "together",
          include: ["{src,scripts,test}/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...ownProcess],
          // Half of the time: a worker loads Ithaca once and not once a file.
          isolate: false,
        },
      },
      { test: { ...shared, name: "alone", include: ownProcess } },
    ],
  },
});
