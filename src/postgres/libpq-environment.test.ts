import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TlsServer, tlsServer } from "../../test/support/tls-server.ts";
import { run } from "../base/child-process.ts";
import { findBinary } from "./binaries.ts";
import { libpqEnvironment, passwordFile } from "./libpq-environment.ts";
import type { Target } from "./types.ts";

/** Its last word stands in nobody else's arguments, and in no number of a process or its memory. */
const canary = "canary:pass\\word penelope-unravels";
let server: TlsServer;
let psql: string;
beforeAll(async () => {
  server = await tlsServer(["hostssl all all 127.0.0.1/32 scram-sha-256"]);
  await server.admin.query(`CREATE ROLE "we:ird" LOGIN PASSWORD '${canary}'`);
  psql = await findBinary("psql");
});
afterAll(() => server[Symbol.asyncDispose]());

test("psql gets in with the variables alone, and the file goes with them", async () => {
  const target = server.target("we:ird", { password: canary, sslmode: "verify-full", sslrootcert: server.ca });
  let file: string;
  {
    await using libpq = await libpqEnvironment(target);
    file = libpq.env.PGPASSFILE ?? "";
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { stdout, stderr } = await run(psql, ["-X", "-w", "-At", "-c", "SELECT current_user"], { env: libpq.env });
    expect({ stdout, stderr }).toEqual({ stdout: "we:ird", stderr: "" });
  }
  expect(existsSync(file)).toBe(false);
});

test("neither a process list nor an environment shows the password during a run", async () => {
  const target = server.target("we:ird", { password: canary, sslmode: "require" });
  await using libpq = await libpqEnvironment(target);
  expect(JSON.stringify(libpq.env)).not.toContain("penelope-unravels");
  const running = run(psql, ["-X", "-w", "-c", "SELECT pg_sleep(60)"], { env: libpq.env });
  const asleep = () =>
    server.admin.query("SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND usename = 'we:ird'");
  await expect.poll(async () => (await asleep()).length, { timeout: 20_000 }).toBe(1);
  const { stdout } = await run("ps", ["auxeww"]);
  expect(stdout).toContain("pg_sleep(60)");
  expect(stdout).not.toContain("penelope-unravels");
  const environments = readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "latin1") + readFileSync(`/proc/${pid}/cmdline`, "latin1");
      } catch {
        return "";
      }
    });
  expect(environments.filter((text) => text.includes("penelope-unravels"))).toEqual([]);
  await server.admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'we:ird'");
  await running;
});

const target: Target = { host: "h", port: 5432, database: "d", user: "u", sslmode: "prefer" };

test("colons and backslashes are escaped, and a socket is also known as localhost", () => {
  expect(passwordFile({ ...target, password: "a:b\\c" })).toBe("h:5432:*:u:a\\:b\\\\c\n");
  expect(passwordFile({ ...target, host: "2001:db8::1", user: "x:y", password: "p" })).toBe(
    "2001\\:db8\\:\\:1:5432:*:x\\:y:p\n",
  );
  expect(passwordFile({ ...target, host: "/run/postgresql", password: "p" })).toBe(
    "/run/postgresql:5432:*:u:p\nlocalhost:5432:*:u:p\n",
  );
});

test("a line break, which such a file cannot hold, is refused, and nothing is left", async () => {
  await expect(libpqEnvironment({ ...target, password: "canary\nword" })).rejects.toMatchObject({
    id: "postgres.unwritable_password",
    message: expect.not.stringContaining("canary"),
  });
});

test("without a password no file of anybody's is read", async () => {
  await using libpq = await libpqEnvironment(target);
  expect(existsSync(libpq.env.PGPASSFILE ?? "")).toBe(false);
});
