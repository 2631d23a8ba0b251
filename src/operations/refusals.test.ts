import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readManifest } from "../backup/open-backup.ts";
import { systemClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import { type Scratch, scratchDirectory } from "../base/scratch.ts";
import { listAudit } from "./audit.ts";
import { directorySource } from "./backup-source.ts";
import type { UseCaseContext } from "./context.ts";
import { demo } from "./demo.ts";
import { disaster } from "./disaster.ts";
import { exportTable } from "./export-table.ts";
import { githubOf } from "./github.ts";
import { readInstant } from "./instant.ts";
import { prove } from "./prove.ts";
import { recoverPointInTime } from "./recover-point-in-time.ts";
import { verifyReports } from "./reports.ts";

/* What is refused before anything is read or written: wrong choices, and settings that are missing. */

const plan = "version: 1\ndatabases:\n  shop:\n    platform: postgres\n    critical_tables: [public.orders]\n";

let scratch: Scratch;
beforeAll(async () => {
  scratch = await scratchDirectory("refusals");
  await mkdir(join(scratch.path, "empty"));
  await writeFile(join(scratch.path, "ithaca.yaml"), plan);
  await writeFile(join(scratch.path, "dump.sql"), "SELECT 1;\n");
});
afterAll(() => scratch[Symbol.asyncDispose]());

function context(environment: NodeJS.ProcessEnv = {}): UseCaseContext {
  return {
    environment,
    clock: systemClock,
    workingDirectory: scratch.path,
    progress: silentProgress,
    signal: new AbortController().signal,
  };
}

/** Where no step is begun: what is refused at once needs none. */
const quick = (): UseCaseContext => ({
  ...context(),
  progress: { ...silentProgress, step: (title) => Promise.reject(new Error(`began: ${title}`)) },
});

const repository = { GITHUB_TOKEN: "canary", GITHUB_REPOSITORY: "acme/shop" };
const asked = { plan: "ithaca.yaml" };
const digest = "4f1c2a9b";

/** What is asked for, the id of the refusal, and what its sentence must name. */
const refusals: [string, () => unknown, RegExp][] = [
  ["run.branch_alone", () => prove(context(), { ...asked, platformBranch: true, e2e: true }), /--platform-branch/],
  ["run.one_backup", () => prove(context(), { ...asked, archive: ["dump.sql"], backup: "yesterday" }), /yesterday/],
  ["run.merge_of_three", () => disaster(context(), "outage", { ...asked, merge: ["a,b"] }), /--merge names a,b/],
  ["run.merge_of_three", () => disaster(context(), "outage", { ...asked, merge: ["a", "b", "a"] }), /different/],
  ["run.merge_of_outage", () => disaster(context(), "deleted", { ...asked, merge: ["a", "b", "c"] }), /deleted/],
  ["run.file_missing", () => demo(quick(), { ...asked, families: 1, damage: "nope.sql" }), /--damage names nope\.sql/],
  // Node's Date would make the third of March of it.
  ["audit.bad_time", () => listAudit(context(), { ...asked, since: "2026-02-31" }), /--since .*2026-02-31/],
  ["run.bad_instant", () => readInstant("--incident-at", "2026-02-30T10:00:00Z"), /2026-02-30/],
  ["audit.empty_period", () => listAudit(context(), { ...asked, since: "2026-11-22", until: "2026-10-01" }), /later/],
  ["run.foreign_rehearsal", () => prove(context(), { ...asked, archive: ["dump.sql"], e2e: true }), /dump\.sql/],
  ["run.no_backup_directory", () => directorySource(context(), "empty").fetch(scratch.path), /--archive names empty/],
  [
    "run.bad_instant",
    () =>
      exportTable(context({ COPY_URL: "postgres://reader@localhost/copy" }), {
        ...asked,
        table: "public.orders",
        file: "o.csv",
        from: "COPY_URL",
        at: "noon",
      }),
    /--at noon/,
  ],
  // Without a zone it would be another instant on each machine.
  ["run.bad_instant", () => readInstant("--incident-at", "2026-11-22 14:30:00"), /14:30:00 is no time/],
  [
    "run.source_missing",
    () => exportTable(context(), { ...asked, table: "public.orders", file: "o.csv", from: "COPY_URL", at: "noon" }),
    /COPY_URL is not set/,
  ],
  // Before hours of fetching, not after them.
  [
    "table.unwritable",
    () => exportTable(context(), { ...asked, table: "public.orders", file: "dump.sql" }),
    /there already/,
  ],
  ["table.unwritable", () => exportTable(context(), { ...asked, table: "public.orders", file: "no/o.csv" }), /ENOENT/],
  ["backup.not_a_backup", () => readManifest(join(scratch.path, "empty")), /it has no backup\.json/],
  ["point.no_engine", () => recoverPointInTime(context(), { ...asked, to: "10 minutes ago" }), /shop/],
  ["report.not_a_digest", () => verifyReports(context(), { ...asked, expect: [digest] }), /4f1c2a9b/],
  ["github.not_configured", () => githubOf(context({ GITHUB_TOKEN: "canary" })), /GITHUB_REPOSITORY/],
  ["github.bad_url", () => githubOf(context({ ...repository, GITHUB_API_URL: "foo" })), /GITHUB_API_URL .* parsed/],
  ["github.bad_url", () => githubOf(context({ ...repository, GITHUB_API_URL: "ghe:3000" })), /begin with https/],
  ["github.bad_repository", () => githubOf(context({ GITHUB_TOKEN: "canary", GITHUB_REPOSITORY: "shop" })), /shop/],
];

test.each(refusals)("%s", async (id, ask, names) => {
  const before = await readdir(scratch.path);
  const error: unknown = await Promise.resolve()
    .then(ask)
    .then(
      () => null,
      (thrown) => thrown,
    );
  expect(error).toMatchObject({ id, message: expect.stringMatching(names) });
  expect(await readdir(scratch.path)).toEqual(before);
});
