import { expect, test } from "vitest";
import { ask } from "../../../../test/support/database.ts";
import { backedUp, hostedServerForAll, rowsIn, withBefore } from "../../../../test/support/in-place.ts";
import { drive, newIncident, testHooks } from "../../../../test/support/recovery.ts";
import { connect } from "../../../postgres/connect.ts";
import { withDatabase } from "../../../postgres/target.ts";

const plan = { platform: "supabase" };
const server = hostedServerForAll();
const project = async (name: string) => backedUp(await server().project(name), plan);

const write = "BEGIN READ WRITE; INSERT INTO public.lessons (title) VALUES ('meanwhile'); COMMIT";

test("nobody can write between the last safety backup and the transaction, also not who asks to", async () => {
  await using backup = await project("asks");
  const { target } = backup;
  const method = backup.method();
  const hooks = testHooks(target);
  const codes: string[] = [];
  const stubborn = withBefore(method, async () => {
    await ask(target, (s) => s.query(`SET lock_timeout = '300ms'; ${write}`)).catch((e: { code: string }) =>
      codes.push(e.code),
    );
    // Readers go on meanwhile.
    expect(await rowsIn(target, "lessons")).toBe(31);
  });
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
  await using backup = await project("uncounted");
  const { target } = backup;
  const method = backup.method();
  const hooks = testHooks(target);
  // The platform's own session, which nobody may end: it hands in its counts when it is idle, and it never is.
  await using busy = await connect(withDatabase(server().admin, "uncounted"), { readOnly: false });
  const held: number[] = [];
  const { incident } = await drive(target, method, newIncident(method), {
    ...hooks,
    async safetyBackup() {
      held.push(await rowsIn(target, "lessons"));
      const taken = await hooks.safetyBackup();
      if (held.length === 1) await busy.query(`${write}; BEGIN; SELECT 1`);
      return taken;
    },
  });
  expect(incident.state.outcome).toBe("recovered");
  expect(held).toEqual([30, 31]);
  expect(await rowsIn(target, "lessons")).toBe(30);
});

test("where nobody has written, one safety backup is enough", async () => {
  await using backup = await project("quiet");
  const { target } = backup;
  await ask(target, (s) => s.query("DELETE FROM public.moods"));
  const { incident } = await drive(target, backup.method());
  expect(incident.state.outcome).toBe("recovered");
  expect(incident.safety_backups).toHaveLength(1);
});

test("a table that is made after the last safety backup is not dropped: all is taken back", async () => {
  await using backup = await project("late");
  const { target } = backup;
  await ask(target, (s) => s.query("DROP VIEW public.family"));
  const late = withBefore(backup.method(), () =>
    ask(target, (s) => s.query("BEGIN READ WRITE; CREATE TABLE public.late AS SELECT 1 AS n; COMMIT")),
  );
  const { incident, fault } = await drive(target, late);
  expect(fault?.id).toBe("full.would_be_lost");
  expect(fault?.message).toContain("public.late came after the safety backup");
  expect(incident.state.outcome).toBe("rolled_back");
  expect(await ask(target, (s) => s.query("SELECT n FROM public.late"))).toEqual([{ n: 1 }]);
  await ask(target, (s) => s.query(write));
});
