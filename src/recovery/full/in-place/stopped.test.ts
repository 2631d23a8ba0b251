import { afterAll, beforeAll, expect, test } from "vitest";
import { testBackup } from "../../../../test/support/backup.ts";
import { ask } from "../../../../test/support/database.ts";
import { type HostedServer, hostedServer } from "../../../../test/support/hosted.ts";
import { drive, fullRecovery, incidentFolder, newIncident, testHooks } from "../../../../test/support/recovery.ts";
import { connect } from "../../../postgres/connect.ts";
import { withDatabase } from "../../../postgres/target.ts";
import { listIncidents } from "../../incident.ts";
import { inPlace } from "../in-place.ts";

const plan = { platform: "supabase" };

let server: HostedServer;
beforeAll(async () => {
  server = await hostedServer();
}, 60_000);
afterAll(() => server[Symbol.asyncDispose]());

test("a connection that is lost in the middle of the transaction leaves production as it was", async () => {
  const target = await server.project("lost");
  await using backup = await testBackup(target, { plan });
  await ask(target, (s) => s.query("DELETE FROM public.moods"));
  const method = inPlace(fullRecovery(target, backup, plan));
  const cut = {
    ...method,
    execute: (step: Parameters<typeof method.execute>[0]) =>
      method.execute({
        ...step,
        assertAlone: async () => {
          await ask(withDatabase(server.admin, "lost"), (s) =>
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
  expect(await ask(target, (s) => s.query("SELECT count(*)::int AS n FROM public.moods"))).toEqual([{ n: 0 }]);
  await ask(target, (s) => s.query("INSERT INTO public.lessons (title) VALUES ('writable')"));
});

test("a run that is stopped lets go of production at once, and what an older incident has left does not stand in the way", async () => {
  const target = await server.project("stopped");
  await using backup = await testBackup(target, { plan });
  await ask(target, (s) =>
    s.query(`DELETE FROM public.moods;
      CREATE SCHEMA ithaca_recovery;
      CREATE TABLE ithaca_recovery.done (id text PRIMARY KEY);
      INSERT INTO ithaca_recovery.done VALUES ('an older incident that ended with a person')`),
  );
  const stop = new AbortController();
  const method = inPlace(fullRecovery(target, backup, plan));
  const admin = withDatabase(server.admin, "stopped");
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
  await ask(target, (s) => s.query("INSERT INTO public.lessons (title) VALUES ('writable')"));

  // Asked inside the transaction: where our machine vanishes the server lets go of production by itself.
  const bound = {
    name: "bound",
    severity: "error" as const,
    reason: "nobody may be locked out for hours",
    file: "bound.sql",
    sql: "SELECT 1 WHERE current_setting('idle_in_transaction_session_timeout') <> '15min'",
  };
  const again = inPlace(fullRecovery(target, backup, plan, { teamChecks: [bound] }));
  const { incident, fault } = await drive(target, again);
  expect(fault).toBeNull();
  expect(incident.state.outcome).toBe("recovered");
  expect(incident.verification?.checks).toContainEqual(
    expect.objectContaining({ id: "restored.team.bound", status: "passed" }),
  );
});

test("a large object that was written since the safety backup is in another one", async () => {
  const target = await server.project("lately");
  await using backup = await testBackup(target, { plan });
  const method = inPlace(fullRecovery(target, backup, plan));
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
  const target = await server.project("after_commit");
  await using backup = await testBackup(target, { plan });
  await ask(target, (s) => s.query("DELETE FROM public.moods"));
  await using folder = await incidentFolder();
  const stop = new AbortController();
  const method = inPlace(fullRecovery(target, backup, plan));
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
  await ask(target, (s) => s.query("INSERT INTO public.lessons (title) VALUES ('writable')"));
});
