import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { drive, newIncident, testHooks } from "../../test/support/recovery.ts";
import { backupErrors } from "../backup/errors.ts";
import { defineErrors, entry } from "../base/errors.ts";
import { silentProgress } from "../base/progress.ts";
import { connect } from "../postgres/connect.ts";
import { postgresErrors } from "../postgres/errors.ts";
import { recoveryErrors } from "./errors.ts";
import { holdRecoveryLock } from "./lock.ts";
import type { Step } from "./machine.ts";
import { readMarker } from "./marker.ts";
import type { Preview, RecoveryMethod } from "./types.ts";

const testErrors = defineErrors("drive-test", {
  broke: entry({
    kind: "surroundings",
    says: (p: { step: string }) => `It broke in ${p.step}`,
    mend: () => "try again",
    example: { step: "execute" },
  }),
});

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  // A dump that holds nothing at all is no backup.
  await database.session.query("CREATE TABLE public.t (a int)");
});
afterAll(() => database[Symbol.asyncDispose]());

const preview: Preview = {
  summary: "A test.",
  overwrites: [],
  keeps: [],
  losses: [],
  timestamps: [],
  estimate: { phases: [], seconds: null, basis: "a test" },
  hazards: [],
  obstacles: [],
  details: [],
};

/** A method that does nothing but say what it was asked for, and breaks where it is told to. */
function fakeMethod(
  breaksIn: Step | null,
  parts: Partial<RecoveryMethod> = {},
): { method: RecoveryMethod; did: string[] } {
  const did: string[] = [];
  const at = async (step: Step) => {
    did.push(step);
    if (step === breaksIn) throw testErrors.broke({ step });
  };
  const method: RecoveryMethod = {
    kind: "full",
    mode: "fake",
    request: {},
    marker: database.target,
    select: async () => {
      await at("select");
      return { backup: null, at: "2026-11-22T02:00:00.000Z" };
    },
    preview: async () => {
      await at("preview");
      return preview;
    },
    withoutSafetyBackup: async () => "a test",
    quiesce: async () => {
      await at("quiesce");
      return { writtenSince: false };
    },
    inspect: async () => ({ standing: "untouched", says: "Nothing had happened." }),
    execute: () => at("execute"),
    verify: async () => {
      await at("verify");
      const check = { id: "a", title: "A", status: "passed" as const, expected: "", actual: "", reason: "" };
      return { checks: [check], losses: [], not_covered: [] };
    },
    rollBack: async () => {
      await at("roll_back");
      return { undone: true, says: "As before." };
    },
    release: async () => {
      did.push("release");
    },
    nextSteps: () => [],
    ...parts,
  };
  return { method, did };
}

test.each<[Step, string, boolean]>([
  ["select", "failed", false],
  ["preview", "failed", false],
  ["quiesce", "rolled_back", true],
  ["execute", "rolled_back", true],
  ["verify", "rolled_back", true],
])("a fault in %s ends %s, and no marker stays", async (step, outcome, rolledBack) => {
  const { method, did } = fakeMethod(step);
  const { incident, fault } = await drive(database.target, method);
  expect(incident.state).toEqual({ step: "ended", outcome });
  expect(fault?.message).toContain(`It broke in ${step}`);
  expect(did.includes("roll_back")).toBe(rolledBack);
  expect(did).not.toContain("release");
  expect(await readMarker(database.target)).toBeNull();
});

test("a roll-back that fails, a check that did not run, and an obstacle are never a success", async () => {
  const stuck = fakeMethod("execute", { rollBack: () => Promise.reject(testErrors.broke({ step: "roll_back" })) });
  expect((await drive(database.target, stuck.method)).incident.state.outcome).toBe("needs_person");
  // Whoever meets the database later must know.
  expect((await readMarker(database.target))?.state.outcome).toBe("needs_person");

  const check = { id: "a", title: "A", status: "not_run" as const, expected: "", actual: "", reason: "no time" };
  const unsure = fakeMethod(null, { verify: async () => ({ checks: [check], losses: [], not_covered: [] }) });
  const { incident, fault } = await drive(database.target, unsure.method);
  expect([incident.state.outcome, fault?.id]).toEqual(["rolled_back", "recovery.not_verified"]);

  const blocked = fakeMethod(null, { preview: async () => ({ ...preview, obstacles: ["No way.", "None."] }) });
  const says = expect.stringContaining("as it was asked for: No way; None; look at");
  const refused = { id: "recovery.obstacles", message: says };
  await expect(drive(database.target, blocked.method)).rejects.toMatchObject(refused);
  expect(blocked.did).not.toContain("quiesce");
});

test("a server that fails in the middle is waited for: production is put back as soon as it answers", async () => {
  let down = false;
  let tries = 0;
  const away = { ...database.target, host: "/nonexistent" };
  const { method } = fakeMethod(null, {
    execute: async () => {
      down = true;
      throw postgresErrors.connection_lost({ where: "the server", why: "it ended" });
    },
    rollBack: async () => {
      tries += 1;
      if (tries > 1) down = false;
      if (down) await connect(away, { readOnly: true });
      return { undone: true, says: "As before." };
    },
  });
  const failing = Object.defineProperty({ ...method }, "marker", { get: () => (down ? away : database.target) });
  const { incident, fault } = await drive(database.target, failing);
  expect(incident.state.outcome).toBe("rolled_back");
  expect(fault?.id).toBe("postgres.connection_lost");
  expect(await readMarker(database.target)).toBeNull();

  tries = 0;
  const none = { patience: 0 };
  const given = drive(database.target, failing, newIncident(method), testHooks(database.target), undefined, none);
  expect((await given).incident.state.outcome).toBe("needs_person");
});

test("a database that takes no marker between two steps is not left as it is: it goes on, or is put back", async () => {
  const away = { ...database.target, host: "/nonexistent" };
  let lost = false;
  const lose = async () => {
    lost = true;
  };
  // Lost where a step ends, and back when the file has the next.
  const hooks = testHooks(database.target, {
    save: async () => {
      lost = false;
    },
  });
  const marked = (method: RecoveryMethod) => {
    const failing = Object.defineProperty({ ...method }, "marker", { get: () => (lost ? away : database.target) });
    return drive(database.target, failing, newIncident(method), hooks);
  };
  const { method, did } = fakeMethod("verify", { quiesce: () => lose().then(() => ({ writtenSince: false })) });
  expect((await marked(method)).incident.state.outcome).toBe("rolled_back");
  expect(did).toEqual(expect.arrayContaining(["execute", "roll_back"]));
  const { method: good } = fakeMethod(null, { execute: lose });
  const { incident } = await marked(good);
  expect(incident.state.outcome).toBe("recovered");
  expect(incident.remarks).toEqual([expect.stringContaining("The marker could not be written")]);
});

test("while production is written the marker says so, and it is gone when production is verified", async () => {
  const seen: (string | undefined)[] = [];
  const look = async () => {
    seen.push((await readMarker(database.target))?.state.step);
  };
  const { method } = fakeMethod(null, {
    execute: look,
    quiesce: async () => look().then(() => ({ writtenSince: true })),
  });
  const { incident, fault } = await drive(
    database.target,
    method,
    newIncident(method),
    testHooks(database.target, { announce: () => look().then(() => []) }),
  );
  expect(fault).toBeNull();
  expect(seen).toEqual(["quiesce", "execute", undefined]);
  // Something was written during the safety backup, so that there is one of the quiet database.
  expect(incident.safety_backups).toHaveLength(1);
  expect(incident.state.outcome).toBe("recovered");
});

test("where nothing at all is left there is nothing to back up, and it is recovered all the same", async () => {
  const { method } = fakeMethod(null, { withoutSafetyBackup: async () => null });
  const empty = testHooks(database.target, {
    safetyBackup: async () => {
      throw backupErrors.dump_empty({ database: "test" });
    },
  });
  const { incident } = await drive(database.target, method, newIncident(method), empty);
  expect(incident).toMatchObject({ state: { outcome: "recovered" }, safety_backups: [] });
  expect(incident.no_safety_backup).toContain("nothing to back up");
});

test("a run that dies as its work is done leaves the marker until its file says so: nothing is taken for not begun", async () => {
  const { method } = fakeMethod(null);
  const crash = new Error("the machine is gone");
  const dying = testHooks(database.target, {
    save: async ({ state }) => {
      if (state.step === "announce") throw crash;
    },
  });
  await expect(drive(database.target, method, newIncident(method), dying)).rejects.toThrow(crash);
  const left = await readMarker(database.target);
  expect(left?.state.step).toBe("verify");
  // A run that comes after the file was written finds the marker, and takes it away.
  if (left === null) throw new Error("there is no marker");
  const { incident } = await drive(database.target, method, { ...left, state: { step: "announce", outcome: null } });
  expect(incident.state.outcome).toBe("recovered");
  expect(await readMarker(database.target)).toBeNull();
});

test("a watch that finds a regression, or finds nothing out, calls for a person", async () => {
  for (const verdict of ["regressed", "not_watched"] as const) {
    const { method } = fakeMethod(null);
    const watch = async () => ({ verdict, before: null, after: null, findings: ["it ails"] });
    const { incident, fault } = await drive(
      database.target,
      method,
      newIncident(method),
      testHooks(database.target, { watch }),
    );
    expect(incident.state.outcome).toBe("needs_person");
    if (verdict === "not_watched") expect(fault).toMatchObject({ id: "recovery.not_watched" });
  }
});

test.each([
  null,
  postgresErrors.connection_lost({ where: "the server", why: "Client was closed and is not queryable" }),
  new Error("Query read timeout"),
])("an interruption is dealt with before it is told, whatever breaks of it: what was begun is taken back", async (breaks) => {
  const controller = new AbortController();
  const { method, did } = fakeMethod(null, {
    execute: async ({ signal }) => {
      controller.abort(testErrors.broke({ step: "a person" }));
      if (breaks !== null) throw breaks;
      signal.throwIfAborted();
    },
  });
  const driven = drive(database.target, method, newIncident(method), testHooks(database.target), controller.signal);
  await expect(driven).rejects.toThrow("a person");
  expect(did).toContain("roll_back");
  expect(await readMarker(database.target)).toBeNull();
});

test("whoever stops a run reads what could not be taken back", async () => {
  const controller = new AbortController();
  const { method } = fakeMethod(null, {
    execute: async () => controller.abort(testErrors.broke({ step: "a person" })),
    rollBack: async () => ({ undone: false, says: "Half a restore is there: drop it." }),
  });
  const warned: string[] = [];
  const progress = { ...silentProgress, warn: (sentence: string) => void warned.push(sentence) };
  const hooks = testHooks(database.target);
  const driven = drive(database.target, method, newIncident(method), hooks, controller.signal, { progress });
  await expect(driven).rejects.toThrow("a person");
  expect(warned).toContain("Half a restore is there: drop it.");
});

test("a disk that is full under the incident file does not leave production half way: the marker holds the same", async () => {
  const full = recoveryErrors.not_written({ directory: "reports/incidents", why: "ENOSPC" });
  const { method, did } = fakeMethod("execute");
  const hooks = testHooks(database.target, {
    save: async ({ state }) => {
      if (["quiesce", "execute", "roll_back"].includes(state.step)) throw full;
    },
  });
  const { incident } = await drive(database.target, method, newIncident(method), hooks);
  expect(did).toContain("roll_back");
  expect(incident.state.outcome).toBe("rolled_back");
  expect(incident.remarks).toEqual([expect.stringContaining("ENOSPC")]);
  // Where there is no marker either, nobody would know how to go on.
  const { method: unmarked, did: begun } = fakeMethod(null, { marker: null });
  const refused = drive(database.target, unmarked, newIncident(unmarked), hooks);
  await expect(refused).rejects.toMatchObject({ id: "recovery.not_written" });
  expect(begun).not.toContain("execute");
});

test("a mistake of whoever asked does not hide that production could not be put back", async () => {
  const { method } = fakeMethod(null, {
    execute: () => Promise.reject(recoveryErrors.bad_incident_id({ id: "a mistake" })),
    rollBack: async () => ({ undone: false, says: "It stands." }),
  });
  const { incident } = await drive(database.target, method);
  expect(incident.state.outcome).toBe("needs_person");
});

test("a backup that is another one than it began with is refused before anything goes on", async () => {
  const point = (digest: string) => ({ backup: { id: digest, taken_at: "2026-11-22T02:00:00.000Z", digest }, at: "" });
  const { method, did } = fakeMethod(null, { select: async () => point("another") });
  const begun = { ...newIncident(method), restore_point: point("one") };
  const going = drive(database.target, method, { ...begun, state: { step: "execute", outcome: null } });
  await expect(going).rejects.toMatchObject({ id: "recovery.other_backup" });
  expect(did).toEqual([]);
});

test("a lock that the recovery itself has ended is held again while it is watched", async () => {
  const { method } = fakeMethod(null, {
    execute: async () => {
      await database.session.query(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'ithaca recovery lock'",
      );
    },
  });
  const seen: unknown[] = [];
  const hooks = testHooks(database.target, {
    watch: async () => {
      seen.push(await holdRecoveryLock(database.target).catch((error: { id: string }) => error.id));
      return { verdict: "quiet", before: null, after: null, findings: [] };
    },
  });
  const { incident } = await drive(database.target, method, newIncident(method), hooks);
  expect(seen).toEqual(["recovery.locked"]);
  expect(incident.state.outcome).toBe("recovered");
  expect(incident.remarks).toEqual([]);
});
