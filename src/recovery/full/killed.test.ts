import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type TestBackup, testBackup } from "../../../test/support/backup.ts";
import { testDatabase } from "../../../test/support/database.ts";
import { mortal } from "../../../test/support/death.ts";
import { hostedServerForAll } from "../../../test/support/in-place.ts";
import {
  drive,
  dropBeside,
  fullRecovery,
  incidentFolder,
  newIncident,
  testHooks,
} from "../../../test/support/recovery.ts";
import { connect } from "../../postgres/connect.ts";
import { withDatabase } from "../../postgres/target.ts";
import type { Target } from "../../postgres/types.ts";
import { listIncidents } from "../incident.ts";
import { readMarker } from "../marker.ts";
import { inPlace } from "./in-place.ts";
import { namesBeside } from "./names.ts";
import { sideBySide } from "./side-by-side.ts";

/*
 * A process that is killed without warning, at every point at which something has just changed. Afterwards production
 * is either as it was or completely recovered, the next run says which, and brings the recovery to its end.
 */

const module = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));

/** The process: it drives a recovery, and says a word and waits for its death when it comes to `diesAt` of RUN. */
function source(method: string): string {
  return `
    import { openBackup } from ${module("../../backup/open-backup.ts")};
    import { systemClock } from ${module("../../base/clock.ts")};
    import { planSchema } from ${module("../../plan/schema.ts")};
    import { driveRecovery } from ${module("../drive.ts")};
    import { writeIncident } from ${module("../incident.ts")};
    import { holdRecoveryLock } from ${module("../lock.ts")};
    import { sideBySide } from ${module("./side-by-side.ts")};
    import { inPlace } from ${module("./in-place.ts")};
    const { target, folder, directory, incident, diesAt } = JSON.parse(process.env.RUN);
    const plan = planSchema.parse({ version: 1, databases: { test: {} } });
    const backup = { ...(await openBackup(directory)), directory };
    const die = async () => { console.log(diesAt); await new Promise(() => setInterval(() => {}, 1000)); };
    const recovery = { plan, planDirectory: "/nonexistent", database: plan.databases.test, name: "test", target,
      variable: "ITHACA_RECOVERY_URL", writable: true, source: target, backup: async () => backup, safetyBackups: new Map(), named: true, teamChecks: [],
      recordedDigest: async () => backup.manifest.digest, estimate: { phases: [], seconds: null, basis: "a test" }, request: {} };
    const method = ${method}(recovery);
    const hooks = {
      safetyBackup: async () => ({ id: "s", taken_at: "2026-11-22T02:00:00.000Z", digest: "d" }),
      ratesBefore: async () => null, announce: async () => [], record: async () => {},
      watch: async () => ({ verdict: "quiet", before: null, after: null, findings: [] }),
      save: async (now) => {
        // Dying before a state is written is dying right after what led to it.
        if ("before " + now.state.step === diesAt) await die();
        await writeIncident(folder, now);
        if (now.state.step === diesAt || (diesAt === "note" && now.notes.proven !== undefined)) await die();
      },
    };
    const progress = {
      step: async (title, work) => { if (title === diesAt) await die(); return work(() => {}); },
      warn() {},
    };
    const lock = await holdRecoveryLock(target);
    await driveRecovery({ method, target, incident: { ...incident, kind: method.kind, mode: method.mode }, hooks, lock, execute: true,
      progress, clock: systemClock, signal: new AbortController().signal });
    console.log("survived");`;
}

const server = hostedServerForAll();

async function children(target: Target): Promise<number> {
  await using session = await connect(target, { readOnly: true });
  const [row] = await session.query<{ n: number }>("SELECT count(*)::int AS n FROM public.children");
  return row?.n ?? -1;
}

async function killAt(
  point: string,
  method: "sideBySide" | "inPlace",
  target: Target,
  backup: TestBackup,
  folder: string,
) {
  const incident = newIncident({ kind: "full", mode: "x", request: {} });
  const RUN = JSON.stringify({ target, folder, directory: backup.directory, incident, diesAt: point });
  await using process = mortal(source(method), { RUN });
  expect(await process.line()).toBe(point);
  await process.kill("SIGKILL");
}

test.each([
  ["quiesce", 0, "untouched"],
  ["Load the rows", 0, "untouched"],
  ["before verify", 20, "done"],
])("in place, killed at %s", async (point, rows, standing) => {
  const target = await server().project(`killed_${point.replaceAll(/\W/g, "_").toLowerCase()}`);
  await using backup = await testBackup(target);
  await using folder = await incidentFolder();
  await using session = await connect(target, { readOnly: false });
  await session.query("DELETE FROM public.children");
  await killAt(point, "inPlace", target, backup, folder.path);

  expect(await children(target)).toBe(rows);
  const [left] = await listIncidents(folder.path, "test");
  expect(left).toBeDefined();
  if (left === undefined) return;
  const { incident } = await drive(target, inPlace(fullRecovery(target, backup)), left, testHooks(target));
  expect(incident.log.find(({ event }) => event.startsWith("resumed"))?.event).toBe(`resumed: ${standing}`);
  expect(incident.state.outcome).toBe("recovered");
  expect(await children(target)).toBe(20);
  expect(await readMarker(target)).toBeNull();
  await using writer = await connect(target, { readOnly: false });
  await writer.query("INSERT INTO public.lessons (title) VALUES ('writers are back')");
});

test.each([
  ["Load definitions and rows", 0, "begun"],
  ["note", 0, "begun"],
  ["before verify", 2, "done"],
])("beside production, killed at %s", async (point, rows, standing) => {
  await using database = await testDatabase();
  const { target, session } = database;
  await session.query(`CREATE TABLE public.children (id int PRIMARY KEY); INSERT INTO public.children VALUES (1), (2)`);
  await using backup = await testBackup(target);
  await session.query("DELETE FROM public.children");
  await session[Symbol.asyncDispose]();
  await using folder = await incidentFolder();
  await killAt(point, "sideBySide", target, backup, folder.path);

  expect(await children(target)).toBe(rows);
  const [left] = await listIncidents(folder.path, "test");
  expect(left).toBeDefined();
  if (left === undefined) return;
  // A fresh runner may have no file: then the marker holds the same, also in the database that has just been swapped in.
  expect((await readMarker(target))?.id).toBe(left.id);
  const { incident } = await drive(target, sideBySide(fullRecovery(target, backup)), left, testHooks(target));
  expect(incident.log.find(({ event }) => event.startsWith("resumed"))?.event).toBe(`resumed: ${standing}`);
  expect(incident.state.outcome).toBe("recovered");
  expect(await children(target)).toBe(2);
  const { before } = namesBeside(target.database, incident.id);
  expect(await children(withDatabase(target, before))).toBe(0);
  await dropBeside(target);
});
