import { expect, test } from "vitest";
import { ask } from "../../../../test/support/database.ts";
import { backedUp, hostedServerForAll, rowsIn, writeAsApplication } from "../../../../test/support/in-place.ts";
import { drive, incidentFolder, newIncident, testHooks } from "../../../../test/support/recovery.ts";
import { connect } from "../../../postgres/connect.ts";
import { withDatabase } from "../../../postgres/target.ts";
import { listIncidents } from "../../incident.ts";

const plan = { platform: "supabase" };
const server = hostedServerForAll();
const project = async (name: string) => backedUp(await server().project(name), plan);

test("a connection that is lost in the middle of the transaction leaves production as it was", async () => {
  await using backup = await project("lost");
  const { target } = backup;
  await ask(target, (s) => s.query("DELETE FROM public.moods"));
  const method = backup.method();
  const cut = {
    ...method,
    execute: (step: Parameters<typeof method.execute>[0]) =>
      method.execute({
        ...step,
        assertAlone: async () => {
          await ask(withDatabase(server().admin, "lost"), (s) =>
            s.query(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ithaca recovery in place'",
            ),
          );
        },
      }),
  };
  const { incident, fault } = await drive(target, cut);
  expect(fault?.id).toBe("postgres.connection_lost");
  expect(incident.state.outcome).toBe("rolled_back");
  expect(await rowsIn(target, "moods")).toBe(0);
  expect(await writeAsApplication(target)).toBe("written");
});

test("a run that is stopped lets go of production at once, and what an older incident has left does not stand in the way", async () => {
  await using backup = await project("stopped");
  const { target } = backup;
  await ask(target, (s) =>
    s.query(`DELETE FROM public.moods;
      CREATE SCHEMA ithaca_recovery;
      CREATE TABLE ithaca_recovery.done (id text PRIMARY KEY);
      INSERT INTO ithaca_recovery.done VALUES ('an older incident that ended with a person')`),
  );
  const stop = new AbortController();
  const method = backup.method();
  const admin = withDatabase(server().admin, "stopped");
  const stopped = {
    ...method,
    async quiesce(step: Parameters<typeof method.quiesce>[0]) {
      // Somebody else has a table, and the run is stopped while it waits for it.
      await using other = await connect(admin, { readOnly: false });
      await other.query("BEGIN; LOCK TABLE public.moods");
      setTimeout(() => stop.abort(new Error("stopped by a person")), 500);
      const begun = performance.now();
      return await method.quiesce(step).finally(() => expect(performance.now() - begun).toBeLessThan(5000));
    },
  };
  const driven = drive(target, stopped, newIncident(method), testHooks(target), stop.signal);
  await expect(driven).rejects.toThrow("stopped by a person");
  expect(await writeAsApplication(target)).toBe("written");

  // Asked inside the transaction: where our machine vanishes the server lets go of production by itself.
  const bound = {
    name: "bound",
    severity: "error" as const,
    reason: "nobody may be locked out for hours",
    file: "bound.sql",
    sql: "SELECT 1 WHERE current_setting('idle_in_transaction_session_timeout') <> '15min'",
  };
  const again = backup.method({ teamChecks: [bound] });
  const { incident, fault } = await drive(target, again);
  expect(fault).toBeNull();
  expect(incident.state.outcome).toBe("recovered");
  expect(incident.verification?.checks).toContainEqual(
    expect.objectContaining({ id: "restored.team.bound", status: "passed" }),
  );
});

test("a large object that was written since the safety backup is in another one", async () => {
  await using backup = await project("lately");
  const { target } = backup;
  const method = backup.method();
  const hooks = testHooks(target);
  let written = false;
  const { incident } = await drive(target, method, newIncident(method), {
    ...hooks,
    async safetyBackup() {
      const taken = await hooks.safetyBackup();
      if (!written) await ask(target, (s) => s.query("SELECT lo_from_bytea(90077, 'since')"));
      written = true;
      return taken;
    },
  });
  expect(incident.state.outcome).toBe("recovered");
  expect(incident.safety_backups).toHaveLength(2);
});

test("a run that is stopped after the commit is gone on with: the next one verifies, and lets writers in", async () => {
  await using backup = await project("after_commit");
  const { target } = backup;
  await ask(target, (s) => s.query("DELETE FROM public.moods"));
  await using folder = await incidentFolder();
  const stop = new AbortController();
  const method = backup.method();
  const stopped = {
    ...method,
    execute: (step: Parameters<typeof method.execute>[0]) =>
      method.execute(step).then(() => stop.abort(new Error("a person"))),
  };
  const hooks = testHooks(target, { save: folder.save });
  await expect(drive(target, stopped, newIncident(method), hooks, stop.signal)).rejects.toThrow("a person");
  const [left] = await listIncidents(folder.path, "test");
  expect(left?.state).toEqual({ step: "verify", outcome: null });
  const { incident } = await drive(target, method, left, hooks);
  expect(incident.state.outcome).toBe("recovered");
  expect(await writeAsApplication(target)).toBe("written");
});
