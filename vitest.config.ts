import { configDefaults, defineConfig } from "vitest/config";
import { memoryDisk } from "./test/support/memory-disk.ts";

// Thousands of small files come and go: in memory, where there is room, the whole run takes half of the time.
process.env.TMPDIR ??= memoryDisk();

/** Files that change this process itself, such as its environment, or look at all of it, get one of their own. */
const ownProcess = [
  "actions/**/*.test.ts",
  "src/base/{child-process,guard,scratch}.test.ts",
  "src/operations/error-reference.test.ts",
  "src/postgres/cluster.test.ts",
  "src/restore/restore-hostile.test.ts",
  "src/vault/{faults,rights}.test.ts",
];

/** What takes half a minute alone is asked in `npm run test:long` only. */
const seldom = process.env.ITHACA_TESTS === "long" ? [] : ["src/recovery/pgbackrest/forked-history.test.ts"];

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
    // Each worker has a real PostgreSQL server of its own. They wait a good deal: four keep two cores busy.
    maxWorkers: 4,
    projects: [
      {
        test: {
          ...shared,
          name: "together",
          include: ["{src,scripts,test}/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...ownProcess, ...seldom],
          // Half of the time: a worker loads Ithaca once and not once a file.
          isolate: false,
        },
      },
      { test: { ...shared, name: "alone", include: ownProcess } },
    ],
  },
});
