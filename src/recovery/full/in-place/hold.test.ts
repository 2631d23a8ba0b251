import { afterAll, beforeAll, expect, test } from "vitest";
import { testBackup } from "../../../../test/support/backup.ts";
import { ask } from "../../../../test/support/database.ts";
import { type HostedServer, hostedServer } from "../../../../test/support/hosted.ts";
import { drive, fullRecovery, newIncident, testHooks } from "../../../../test/support/recovery.ts";
import { connect } from "../../../postgres/connect.ts";
import { withDatabase } from "../../../postgres/target.ts";
import { inPlace } from "../in-place.ts";

const plan = { platform: "supabase" };

let server: HostedServer;
beforeAll(async () => {
  server = await hostedServer();
}, 60_000);
afterAll(() => server[Symbol.asyncDispose]());

const write = "BEGIN READ WRITE; INSERT INTO public.lessons (title) VALUES ('meanwhile'); COMMIT";

test("nobody can write between the last safety backup and the transaction, also not who asks to", async () => {
  const target = await server.project("asks");
  await using backup = await testBackup(target, { plan });
  const method = inPlace(fullRecovery(target, backup, plan));
  const hooks = testHooks(target);
  const codes: string[] = [];
  const stubborn = {
    ...method,
    async execute(step: Parameters<typeof method.execute>[0]) {
      await ask(target, (s) => s.query(`SET lock_timeout = '300ms'; ${write}`)).catch((e: { code: string }) =>
        codes.push(e.code),
      );
      // Readers go on meanwhile.
      expect(await ask(target, (s) => s.query("SELECT count(*)::int AS n FROM public.lessons"))).toEqual([{ n: 31 }]);
      await method.execute(step);
    },
  };
  const { incident } = await drive(target, stubborn, newIncident(method), {
    ...hooks,
    async safetyBackup() {
      // In the middle of the first backup, and while the second one is taken under the lock.
      await ask(target, (s) => s.query(`SET lock_timeout = '300ms'; ${write}`)).catch((e: { code: string }) =>
        codes.push(e.code),
      );
      return await hooks.safetyBackup();
    },
  });
  expect(codes).toEqual(["55P03", "55P03"]);
  expect(incident.state.outcome).toBe("recovered");
  expect(incident.safety_backups).toHaveLength(2);
  await ask(target, (s) => s.query(write));
});

test("a row is seen that the server has not counted yet: another safety backup holds it", async () => {
  const target = await server.project("uncounted");
  await using backup = await testBackup(target, { plan });
  const method = inPlace(fullRecovery(target, backup, plan));
  const hooks = testHooks(target);
  // The platform's own session, which nobody may end: it hands in its counts when it is idle, and it never is.
  await using busy = await connect(withDatabase(server.admin, "uncounted"), { readOnly: false });
  const held: unknown[] = [];
  const { incident } = await drive(target, method, newIncident(method), {
    ...hooks,
    async safetyBackup() {
      held.push(...(await ask(target, (s) => s.query("SELECT count(*)::int AS n FROM public.lessons"))));
      const taken = await hooks.safetyBackup();
      if (held.length === 1) await busy.query(`${write}; BEGIN; SELECT 1`);
      return taken;
    },
  });
  expect(incident.state.outcome).toBe("recovered");
  expect(held).toEqual([{ n: 30 }, { n: 31 }]);
  expect(await ask(target, (s) => s.query("SELECT count(*)::int AS n FROM public.lessons"))).toEqual([{ n: 30 }]);
});

test("where nobody has written, one safety backup is enough", async () => {
  const target = await server.project("quiet");
  await using backup = await testBackup(target, { plan });
  await ask(target, (s) => s.query("DELETE FROM public.moods"));
  const { incident } = await drive(target, inPlace(fullRecovery(target, backup, plan)));
  expect(incident.state.outcome).toBe("recovered");
  expect(incident.safety_backups).toHaveLength(1);
});

test("a table that is made after the last safety backup is not dropped: all is taken back", async () => {
  const target = await server.project("late");
  await using backup = await testBackup(target, { plan });
  await ask(target, (s) => s.query("DROP VIEW public.family"));
  const method = inPlace(fullRecovery(target, backup, plan));
  const late = {
    ...method,
    async execute(step: Parameters<typeof method.execute>[0]) {
      await ask(target, (s) => s.query("BEGIN READ WRITE; CREATE TABLE public.late AS SELECT 1 AS n; COMMIT"));
      await method.execute(step);
    },
  };
  const { incident, fault } = await drive(target, late);
  expect(fault?.id).toBe("full.would_be_lost");
  expect(fault?.message).toContain("public.late came after the safety backup");
  expect(incident.state.outcome).toBe("rolled_back");
  expect(await ask(target, (s) => s.query("SELECT n FROM public.late"))).toEqual([{ n: 1 }]);
  await ask(target, (s) => s.query(write));
});
