import { expect, test } from "vitest";
import { ask } from "../../../../test/support/database.ts";
import { backedUp, hostedServerForAll, writeAsApplication as write } from "../../../../test/support/in-place.ts";
import { drive } from "../../../../test/support/recovery.ts";
import type { Target } from "../../../postgres/types.ts";
import { readMarker } from "../../marker.ts";
import type { RecoveryMethod } from "../../types.ts";

const plan = { platform: "supabase" };
const server = hostedServerForAll();
const project = async (name: string) => backedUp(await server().project(name), plan);
const jobsOn = (target: Target) => ask(target, (s) => s.query("SELECT jobid::int FROM cron.job WHERE active"));

/** Ends with a person: what was committed does not pass its last check. */
const unverified = (method: RecoveryMethod): RecoveryMethod => ({
  ...method,
  verify: () => Promise.reject(new Error("it ails")),
});
/** Is taken back before anything was committed. */
const refused = (method: RecoveryMethod): RecoveryMethod => ({
  ...method,
  execute: () => Promise.reject(new Error("it cannot be done")),
});
const attempt = (target: Target, method: RecoveryMethod) => expect(drive(target, method)).rejects.toThrow();

test("what a recovery that ended with a person has closed is opened by the next one that succeeds", async () => {
  await using backup = await project("left_closed");
  const { target } = backup;
  await attempt(target, unverified(backup.method()));
  expect((await readMarker(target))?.state.outcome).toBe("needs_person");
  expect([await write(target), await jobsOn(target)]).toEqual(["25006", []]);

  // One that is taken back opens nothing: a person has not looked yet. It does not forget how it was either.
  await attempt(target, refused(backup.method()));
  expect((await readMarker(target))?.state.outcome).toBe("needs_person");
  expect([await write(target), await jobsOn(target)]).toEqual(["25006", []]);

  const { incident, fault } = await drive(target, backup.method());
  expect(fault).toBeNull();
  expect(incident.state.outcome).toBe("recovered");
  expect(await write(target)).toBe("written");
  expect(await jobsOn(target)).toEqual([{ jobid: 1 }]);
  expect(incident.remarks).toEqual([]);
  expect(await readMarker(target)).toBeNull();
});

test("where a person has let writers in meanwhile, that is how it was before", async () => {
  await using backup = await project("opened");
  const { target } = backup;
  await ask(target, (s) => s.query("ALTER DATABASE opened SET default_transaction_read_only = off"));
  await attempt(target, unverified(backup.method()));
  await ask(target, (s) =>
    s.query("SET transaction_read_only = off; ALTER DATABASE opened RESET default_transaction_read_only"),
  );
  const { incident } = await drive(target, backup.method());
  expect(incident.state.outcome).toBe("recovered");
  expect(incident.notes).toMatchObject({ read_only: null });
  expect(await write(target)).toBe("written");
});

test("a database that is read only after all says so where everybody looks", async () => {
  await using backup = await project("closed");
  const { target } = backup;
  // Left by something that nobody has noted.
  await ask(target, (s) => s.query("ALTER DATABASE closed SET default_transaction_read_only = on"));
  const { incident } = await drive(target, backup.method());
  expect(incident.state.outcome).toBe("recovered");
  expect(await write(target)).toBe("25006");
  const says = expect.stringContaining("New sessions of postgres in closed are READ ONLY, as before the recovery");
  expect(incident.remarks).toContainEqual(says);
  expect(incident.next_steps).toContainEqual(says);
});
