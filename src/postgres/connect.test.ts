import { createServer, Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { testDatabase, testRole, testServer } from "../../test/support/database.ts";
import { freePort, type TlsServer, tlsServer } from "../../test/support/tls-server.ts";
import { IthacaError } from "../base/errors.ts";
import { connect } from "./connect.ts";
import { connectFault } from "./connection-faults.ts";
import type { Target } from "./types.ts";

const canary = "canary-password-4711";
let server: TlsServer;
beforeAll(async () => {
  server = await tlsServer([
    "hostssl all app 127.0.0.1/32 scram-sha-256",
    "hostnossl all plain 127.0.0.1/32 trust",
    "host all either,crowded 127.0.0.1/32 trust",
  ]);
  await server.admin.query(`
    CREATE ROLE app LOGIN PASSWORD '${canary}'; CREATE ROLE plain LOGIN; CREATE ROLE either LOGIN;
    CREATE ROLE crowded LOGIN CONNECTION LIMIT 0`);
});
afterAll(() => server[Symbol.asyncDispose]());

async function usesTls(target: Target): Promise<boolean> {
  await using session = await connect(target, { readOnly: true });
  const [row] = await session.query<{ ssl: boolean }>("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
  return row?.ssl ?? false;
}

/** The error with which a connection fails. */
async function fault(target: Target, timeout?: number): Promise<IthacaError> {
  try {
    await using _session = await connect(target, { readOnly: true, ...(timeout === undefined ? {} : { timeout }) });
  } catch (error) {
    if (error instanceof IthacaError) return error;
    throw error;
  }
  throw new Error("The connection did not fail");
}

test("a read-only session cannot write; a writing one can", async () => {
  await using database = await testDatabase();
  await using session = await connect(database.target, { readOnly: true });
  await expect(session.query("CREATE TABLE public.t (a int)")).rejects.toMatchObject({ code: "25006" });
  await database.session.query("CREATE TABLE public.t (a int)");
  expect(await session.query("SELECT 1 AS a; SELECT 2 AS a")).toEqual([{ a: 2 }]);
  // A copy has the settings of its source, and one that is closed to writers must still be examined.
  await database.session.query(`ALTER DATABASE ${database.target.database} SET default_transaction_read_only = on`);
  await using anybody = await connect(database.target, { readOnly: false });
  await expect(anybody.query("INSERT INTO public.t VALUES (1)")).rejects.toMatchObject({ code: "25006" });
  await using writer = await connect(database.target, { readOnly: false, insist: true });
  await writer.query("INSERT INTO public.t VALUES (1)");
});

test("settings that change how values read are pinned, whatever the role or database says", async () => {
  await using database = await testDatabase();
  await using role = await testRole(database);
  await database.session.query(`
    ALTER ROLE ${role.name} SET DateStyle = 'SQL, DMY'; ALTER ROLE ${role.name} SET statement_timeout = '1s';
    ALTER ROLE ${role.name} SET TimeZone = 'Asia/Tokyo'; ALTER ROLE ${role.name} SET lock_timeout = '1s';
    ALTER ROLE ${role.name} SET extra_float_digits = -5; ALTER ROLE ${role.name} SET search_path = pg_temp`);
  await using session = await connect(role.target, { readOnly: true });
  const [row] = await session.query(
    `SELECT '2026-02-01 00:00Z'::timestamptz::text AS t, (0.1::float8 + 0.2::float8)::text AS f,
       current_setting('statement_timeout') AS s, current_setting('lock_timeout') AS l,
       current_setting('search_path') AS p, current_setting('row_security') AS r`,
  );
  expect(row).toEqual({ t: "2026-02-01 00:00:00+00", f: "0.30000000000000004", s: "0", l: "0", p: '""', r: "off" });
});

test("sslmode means what it means to libpq", async () => {
  const app = (more: Partial<Target>) => usesTls(server.target("app", { password: canary, ...more }));
  expect(await app({ sslmode: "prefer" })).toBe(true);
  expect(await app({ sslmode: "require" })).toBe(true);
  expect(await app({ sslmode: "require", host: "127.0.0.1" })).toBe(true);
  expect(await app({ sslmode: "verify-ca", sslrootcert: server.ca, host: "127.0.0.1" })).toBe(true);
  expect(await app({ sslmode: "verify-full", sslrootcert: server.ca })).toBe(true);
  // A server that wants no TLS from this role, and one that has none at all.
  expect(await usesTls(server.target("plain", { sslmode: "prefer" }))).toBe(false);
  expect(await usesTls(server.target("either", { sslmode: "disable" }))).toBe(false);
});

test("prefer falls back to plain where the server has no TLS; require does not", async () => {
  await server.admin.query("ALTER SYSTEM SET ssl = off");
  await server.admin.query("SELECT pg_reload_conf()");
  try {
    await expect.poll(() => usesTls(server.target("either", { sslmode: "prefer" }))).toBe(false);
    expect(await fault(server.target("either", { sslmode: "require" }))).toMatchObject({
      id: "postgres.tls_unavailable",
    });
  } finally {
    await server.admin.query("ALTER SYSTEM SET ssl = on");
    await server.admin.query("SELECT pg_reload_conf()");
  }
  await expect.poll(() => usesTls(server.target("either", { sslmode: "prefer" }))).toBe(true);
});

test("what a certificate does not prove is said", async () => {
  const app = (more: Partial<Target>) => fault(server.target("app", { password: canary, ...more }));
  const untrusted = { id: "postgres.tls_untrusted", kind: "surroundings" };
  expect(await app({ sslmode: "verify-full" })).toMatchObject(untrusted);
  expect(await app({ sslmode: "verify-ca", sslrootcert: server.stranger })).toMatchObject(untrusted);
  expect(await app({ sslmode: "require", sslrootcert: server.stranger })).toMatchObject(untrusted);
  const otherHost = await app({ sslmode: "verify-full", sslrootcert: server.ca, host: "127.0.0.1" });
  expect(otherHost).toMatchObject(untrusted);
  expect(otherHost.message).toContain("made out to another host");
  expect(await app({ sslmode: "verify-full", sslrootcert: "/nonexistent/ca.crt" })).toMatchObject({
    id: "postgres.root_certificate",
  });
});

test("each reason for which a server says no is one sentence, without the secret", async () => {
  const faults = {
    wrong_password: await fault(server.target("app", { password: "canary-wrong-password" })),
    refused: await fault(server.target("app")),
    tls_required: await fault(server.target("app", { password: canary, sslmode: "disable" })),
    unknown_database: await fault(server.target("either", { database: "nowhere" })),
    too_many_connections: await fault(server.target("crowded")),
  };
  for (const [id, error] of Object.entries(faults)) {
    expect(error).toMatchObject({ id: `postgres.${id}`, kind: "surroundings" });
    expect(error.message).toMatch(/^The server at localhost:\d+\/\w+ .+; .+\.$/);
    expect(error.message).not.toContain("canary");
  }
});

test("each reason for which a server cannot be reached is one sentence", async () => {
  const unheard = createServer();
  await new Promise<void>((resolve) => unheard.listen(0, "127.0.0.1", resolve));
  const address = unheard.address();
  const silentPort = typeof address === "object" ? (address?.port ?? 0) : 0;
  const either = (more: Partial<Target>) => server.target("either", { sslmode: "disable", ...more });
  expect(await fault(either({ host: "nowhere.invalid" }))).toMatchObject({ id: "postgres.unknown_host" });
  expect(await fault(either({ host: "127.0.0.1", port: await freePort() }))).toMatchObject({
    id: "postgres.unreachable",
  });
  expect(await fault(either({ host: "/nonexistent/socket" }))).toMatchObject({ id: "postgres.unreachable" });
  expect(await fault(either({ host: "127.0.0.1", port: silentPort }), 200)).toMatchObject({
    id: "postgres.timeout",
    message: expect.stringContaining("within 0.2 s"),
  });
  unheard.close();
});

test.each([
  ["57P03", "the database system is starting up", "postgres.not_ready"],
  ["ENETUNREACH", "connect ENETUNREACH 2a05::1", "postgres.no_route"],
  ["28000", 'role "x" is not permitted to log in', "postgres.refused"],
  ["XX000", "Tenant or user not found", "postgres.refused"],
])("%s %s becomes %s", (code, message, id) => {
  expect(connectFault(testServer(), Object.assign(new Error(message), { code }), 1000)).toMatchObject({ id });
});

test("a connection that is lost during a query says so, and so does every query after it", async () => {
  await using database = await testDatabase();
  await using session = await connect(database.target, { readOnly: true });
  const running = session.query("SELECT pg_sleep(60)");
  const lost = expect(running).rejects.toMatchObject({ id: "postgres.connection_lost", kind: "surroundings" });
  await database.session.query("SELECT pg_terminate_backend($1, 5000)", [session.backendPid]);
  await lost;
  await expect(session.query("SELECT 1")).rejects.toMatchObject({ id: "postgres.connection_lost" });
});

/** A wire between us and the server that can be cut, or swallow all that it is given. */
async function openWire() {
  const ends: Socket[] = [];
  const wire = createServer({ allowHalfOpen: true }, (near) => {
    const far = new Socket().connect(server.port, "127.0.0.1");
    near.pipe(far).pipe(near);
    for (const end of [near, far]) end.on("error", () => {});
    ends.push(near, far);
  });
  await new Promise<void>((resolve) => wire.listen(0, "127.0.0.1", resolve));
  const address = wire.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const cut = () => {
    for (const end of ends) end.destroy();
  };
  return {
    target: server.target("either", { port, sslmode: "disable" }),
    cut,
    swallow() {
      for (const end of ends) end.unpipe().resume();
    },
    [Symbol.dispose]() {
      cut();
      wire.close();
    },
  };
}

test("a network that goes away during a query is a lost connection too", async () => {
  using wire = await openWire();
  await using session = await connect(wire.target, { readOnly: true });
  const running = expect(session.query("SELECT pg_sleep(60)")).rejects.toMatchObject({
    id: "postgres.connection_lost",
  });
  wire.cut();
  await running;
});

test("a network that swallows everything does not keep us from leaving", async () => {
  using wire = await openWire();
  const session = await connect(wire.target, { readOnly: true });
  wire.swallow();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    let left = false;
    const leaving = session[Symbol.asyncDispose]().then(() => {
      left = true;
    });
    await vi.advanceTimersByTimeAsync(4999);
    await setImmediate();
    expect(left).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await leaving;
  } finally {
    vi.useRealTimers();
  }
});

test("an error of the query itself stays the server's own", async () => {
  await using database = await testDatabase();
  await expect(database.session.query("SELECT nothing.at_all()")).rejects.toMatchObject({ code: "3F000" });
});
