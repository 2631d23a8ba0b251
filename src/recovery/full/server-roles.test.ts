import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { type TestBackup, testBackup } from "../../../test/support/backup.ts";
import { ask } from "../../../test/support/database.ts";
import { drive, fullRecovery, newIncident, testHooks } from "../../../test/support/recovery.ts";
import { startCluster } from "../../postgres/cluster.ts";
import { withDatabase } from "../../postgres/target.ts";
import type { Target, Throwaway } from "../../postgres/types.ts";
import { intoNew } from "./into-new.ts";
import { sideBySide } from "./side-by-side.ts";
import type { FullRecovery } from "./types.ts";

/* Roles belong to a whole server, so these tests have one of their own. */

let server: Throwaway;
let production: Target;
let backup: TestBackup;
beforeAll(async () => {
  server = await startCluster();
});
afterAll(() => server.destroy());

/** Everything that roles are, and may do by one another. */
async function rolesNow(): Promise<unknown> {
  return await ask(server.target, (session) =>
    session.query(`SELECT r.rolname, r.rolsuper, r.rolcanlogin, r.rolbypassrls, r.rolpassword IS NOT NULL AS password,
        (SELECT array_agg(s ORDER BY s) FROM pg_db_role_setting AS d, unnest(d.setconfig) AS s
         WHERE d.setrole = r.oid AND d.setdatabase = 0) AS settings,
        (SELECT array_agg(m.roleid::regrole::text ORDER BY 1) FROM pg_auth_members AS m WHERE m.member = r.oid) AS member_of
      FROM pg_authid AS r WHERE r.rolname LIKE 'shop\\_%' ORDER BY 1`),
  );
}

async function onServer(...statements: string[]): Promise<void> {
  await ask(server.target, async (session) => {
    for (const sql of statements) await session.query(sql);
  });
}

/** A production whose roles were changed since its backup: an attacker locked out, another role dropped. */
beforeEach(async () => {
  const found = await ask(server.target, (session) =>
    session.query<{ name: string }>("SELECT datname AS name FROM pg_database WHERE datname LIKE 'shop%'"),
  );
  await onServer(
    ...found.map(({ name }) => `DROP DATABASE "${name}" WITH (FORCE)`),
    "DROP ROLE IF EXISTS shop_app, shop_gone, shop_reader",
    "CREATE ROLE shop_reader",
    "CREATE ROLE shop_app LOGIN PASSWORD 'canary' IN ROLE shop_reader",
    "ALTER ROLE shop_app SET work_mem = '7MB'",
    "CREATE ROLE shop_gone LOGIN IN ROLE shop_reader",
    "ALTER ROLE shop_gone SET work_mem = '8MB'",
    "CREATE DATABASE shop",
  );
  production = withDatabase(server.target, "shop");
  await ask(production, (session) =>
    session.query(`CREATE TABLE public.orders (id int PRIMARY KEY); INSERT INTO public.orders VALUES (1), (2);
      ALTER TABLE public.orders OWNER TO shop_app; GRANT SELECT ON public.orders TO shop_gone`),
  );
  backup = await testBackup(production);
  await onServer(
    "ALTER ROLE shop_app NOLOGIN",
    "ALTER ROLE shop_app SET work_mem = '9MB'",
    "REVOKE shop_reader FROM shop_app",
  );
  await ask(production, (session) => session.query("DROP OWNED BY shop_gone; DROP ROLE shop_gone"));
  return () => backup[Symbol.asyncDispose]();
});

const recoveryOf = (parts: Partial<FullRecovery> = {}, of = backup) => fullRecovery(production, of, {}, parts);

test("roles that are there stay as they are, and those that are missing are made and log in when all is verified", async () => {
  const before = await rolesNow();
  const method = sideBySide(recoveryOf());
  const during: unknown[] = [];
  const hooks = testHooks(production, {
    async save({ state }) {
      if (state.step === "verify") during.push(await rolesNow());
    },
  });
  const { incident, fault } = await drive(production, method, newIncident(method), hooks);
  expect(fault).toBeNull();
  expect(incident.state.outcome).toBe("recovered");
  const gone = {
    rolname: "shop_gone",
    rolsuper: false,
    rolcanlogin: true,
    rolbypassrls: false,
    password: false,
    settings: ["work_mem=8MB"],
    member_of: ["shop_reader"],
  };
  const [app, reader] = before as [unknown, unknown];
  expect(during[0]).toEqual([app, { ...gone, rolcanlogin: false }, reader]);
  expect(await rolesNow()).toEqual([app, gone, reader]);
  const said = incident.preview?.hazards.join("\n");
  expect(said).toContain("role shop_app (login: yes in the backup, no now)");
  expect(said).toContain("membership shop_app IN shop_reader (not there now)");
  expect(said).toMatch(/lacks are made.*shop_gone/);
  expect(said).not.toContain("7MB");
  const steps = incident.next_steps.join("\n");
  expect(steps).toMatch(/Set passwords of the roles that were made: shop_gone/);
  expect(steps).toMatch(/Decide about roles.*role shop_app \(settings\)/);
});

test("a recovery that is refused by its proof leaves every role as it was, and drops those that it made", async () => {
  const before = await rolesNow();
  const table = backup.census.tables["public.orders"];
  if (table === undefined) throw new Error("no such table");
  const census = { ...backup.census, tables: { "public.orders": { ...table, hash: "1:1" } } };
  const { incident, fault } = await drive(production, sideBySide(recoveryOf({}, { ...backup, census })));
  expect(fault?.id).toBe("full.restored_wrong");
  expect(incident.state.outcome).toBe("rolled_back");
  expect(incident.log.at(-1)?.says).not.toContain("still there");
  expect(await rolesNow()).toEqual(before);
});

test("nothing of a backup that is not the recorded one, or has another roles.sql, reaches the server", async () => {
  const before = await rolesNow();
  const path = join(backup.directory, "roles.sql");
  await writeFile(
    path,
    (await readFile(path, "utf8")).replace(
      "ALTER ROLE shop_gone WITH NOSUPERUSER",
      "ALTER ROLE shop_gone WITH SUPERUSER",
    ),
  );
  const forged = sideBySide(recoveryOf({ recordedDigest: async () => "another" }));
  await expect(drive(production, forged)).rejects.toMatchObject({
    id: "recovery.obstacles",
    message: expect.stringContaining("not the one that was recorded outside the vault"),
  });
  // A run that goes on asks no preview: what it fetches is looked at again.
  const problems = [{ path: "roles.sql", expected: "sha256:1", actual: "sha256:2" }];
  for (const parts of [
    { recordedDigest: async () => "another" },
    { backup: async () => ({ ...(await recoveryOf().backup()), problems }) },
  ]) {
    const method = sideBySide(recoveryOf(parts));
    const begun = { ...newIncident(method), state: { step: "execute" as const, outcome: null } };
    const { fault, incident } = await drive(production, method, begun);
    expect(fault?.id).toBe("full.not_the_backup");
    expect(incident.state.outcome).toBe("rolled_back");
  }
  expect(await rolesNow()).toEqual(before);
});

test.each([
  ["goes on with a role that a killed run has made", "CREATE ROLE shop_gone", true],
  ["leaves a role that somebody has made their own since", "CREATE ROLE shop_gone PASSWORD 'canary'", false],
])("a recovery %s", async (_what, sql, login) => {
  await onServer(sql);
  const method = sideBySide(recoveryOf());
  const notes = { roles_made: ["shop_gone"], roles_login: ["shop_gone"] };
  const state = { step: "execute" as const, outcome: null };
  const [row] = await ask(production, (session) =>
    session.query<{ oid: number }>("SELECT oid FROM pg_database WHERE datname = current_database()"),
  );
  const begun = { ...newIncident(method), state, notes: { ...notes, production: row?.oid ?? 0 } };
  const { incident, fault } = await drive(production, method, begun);
  expect(fault).toBeNull();
  expect(incident.state.outcome).toBe("recovered");
  const found = expect.objectContaining({ rolname: "shop_gone", rolcanlogin: login, password: !login });
  expect(await rolesNow()).toContainEqual(found);
});

test.each([
  "leads to production",
  "does not answer",
  "is not set",
])("a new database on production's own server leaves roles alone where the reading credential %s", async (reading) => {
  const before = await rolesNow();
  await onServer("CREATE DATABASE shop_new TEMPLATE template0");
  const target = withDatabase(server.target, "shop_new");
  const gone = withDatabase(server.target, "nowhere");
  const source = { "leads to production": production, "does not answer": gone, "is not set": null }[reading] ?? null;
  const { incident, fault } = await drive(target, intoNew(fullRecovery(target, backup, {}, { source })));
  expect(fault).toBeNull();
  expect(incident.state.outcome).toBe("recovered");
  const [app, made, reader] = (await rolesNow()) as [unknown, unknown, unknown];
  expect([app, reader]).toEqual(before);
  expect(made).toMatchObject({ rolname: "shop_gone", rolcanlogin: true, password: false });
  expect(incident.preview?.keeps.join()).toContain("Roles that the server has stay as they are");
  expect(incident.preview?.hazards.join()).toContain("role shop_app (login: yes in the backup, no now)");
  expect(incident.next_steps.join()).toContain("role shop_app (login: yes in the backup, no now)");
});

test("a new database that is not as in the backup says which roles it leaves, unable to log in", async () => {
  await onServer("CREATE DATABASE shop_new TEMPLATE template0");
  const target = withDatabase(server.target, "shop_new");
  const table = backup.census.tables["public.orders"];
  if (table === undefined) throw new Error("no such table");
  const census = { ...backup.census, tables: { "public.orders": { ...table, hash: "1:1" } } };
  const untrue = { ...backup, census };
  const { incident } = await drive(target, intoNew(fullRecovery(target, untrue, {}, { source: production })));
  expect(incident.state.outcome).toBe("needs_person");
  expect(incident.log.map(({ says }) => says).join()).toMatch(/still there, unable to log in: shop_gone/);
  // So does the one that comes after a run which was killed, and meets half a restore.
  const killed = { ...incident, notes: { begun: true, roles_made: ["shop_gone"] } };
  const again = { ...killed, state: { step: "execute" as const, outcome: null } };
  const met = await drive(target, intoNew(fullRecovery(target, backup, {}, { source: production })), again);
  expect(met.incident.state.outcome).toBe("needs_person");
  expect(met.incident.log.at(incident.log.length)?.says).toMatch(/still there, unable to log in: shop_gone. Drop them/);
  expect((await rolesNow()) as unknown[]).toContainEqual(
    expect.objectContaining({ rolname: "shop_gone", rolcanlogin: false }),
  );
});

test("on a server of its own the roles become as in the backup", async () => {
  const own = await startCluster();
  onTestFinished(async () => {
    await own.destroy();
  });
  await ask(own.target, (session) => session.query("CREATE ROLE shop_app"));
  await ask(own.target, (session) => session.query("CREATE DATABASE shop_new TEMPLATE template0"));
  const target = withDatabase(own.target, "shop_new");
  const { fault } = await drive(target, intoNew(fullRecovery(target, backup, {}, { source: production })));
  expect(fault).toBeNull();
  const roles = "SELECT rolname, rolcanlogin FROM pg_roles WHERE rolname LIKE 'shop\\_%' ORDER BY 1";
  expect(await ask(own.target, (session) => session.query(roles))).toEqual([
    { rolname: "shop_app", rolcanlogin: true },
    { rolname: "shop_gone", rolcanlogin: true },
    { rolname: "shop_reader", rolcanlogin: false },
  ]);
});
