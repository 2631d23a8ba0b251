import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDatabase } from "../../test/support/database.ts";
import { run } from "../base/child-process.ts";
import { type Scratch, scratchDirectory } from "../base/scratch.ts";
import { type CommandRun, runCommand } from "./command.ts";
import { testsOf } from "./judge.ts";

/** A sample of a team's own tests: asks the API and the database, and writes JUnit. */
const sample = `
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
const answer = await fetch(process.env.SUPABASE_URL + "/rest/v1/islands", { headers: { apikey: process.env.SUPABASE_ANON_KEY } });
const islands = await answer.text();
const count = execFileSync("psql", [process.env.DATABASE_URL, "-Atc", "SELECT count(*) FROM islands"], { encoding: "utf8" }).trim();
const tests = { "the API shows the island": islands === "Ithaca", "the database has one": count === "1" };
const cases = Object.entries(tests).map(([name, ok]) =>
  '<testcase classname="islands" name="' + name + '" time="0.5">' + (ok ? "" : '<failure type="AssertionError" message="expected Odysseus">Odysseus</failure>') + "</testcase>");
mkdirSync("out", { recursive: true });
writeFileSync("out/junit.xml", "<testsuites><testsuite>" + cases.join("") + "</testsuite></testsuites>");
process.exitCode = Object.values(tests).every(Boolean) ? 0 : 1;
`;

let app: Scratch;
let database: Awaited<ReturnType<typeof testDatabase>>;
const api = createServer((request, response) => {
  response.end(request.headers.apikey === "key" ? "Ithaca" : "");
});
let apiUrl = "";

beforeAll(async () => {
  app = await scratchDirectory("sample-app");
  await writeFile(join(app.path, "sample.mjs"), sample);
  await writeFile(join(app.path, ".env"), "SECRET=canary");
  database = await testDatabase();
  await database.session.query("CREATE TABLE public.islands AS SELECT 'Ithaca' AS name");
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  const address = api.address();
  apiUrl = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
});
afterAll(async () => {
  api.close();
  await database[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

function ask(command: string, parts: Partial<CommandRun> = {}) {
  return runCommand({
    command,
    directory: app.path,
    name: "app",
    results: "out/junit.xml",
    timeoutSeconds: 60,
    target: database.target,
    api: { url: apiUrl, anonKey: "key", serviceRoleKey: "secret" },
    ...parts,
  });
}

/** Runs a command and gives its tests by name. */
async function outcome(command: string, parts: Partial<CommandRun> = {}) {
  const { ending } = await ask(command, parts);
  return testsOf(ending).map(({ name, status, error }) => [name, status, error]);
}

/** What a command writes is told by the name of a test, since nothing else of it is read. */
const tell = (script: string) =>
  `mkdir -p out; said=$(${script}); printf '<testsuite><testcase name="%s"/></testsuite>' "$said" > out/junit.xml`;
const said = async (script: string) => (await outcome(tell(script)))[0]?.[0];

describe("a team's own command", () => {
  test("reaches the copy and its API, and its results are read", async () => {
    expect(await outcome("node sample.mjs")).toEqual([
      ["islands > the API shows the island", "passed", null],
      ["islands > the database has one", "passed", null],
    ]);
  });

  test("its failing twin fails, with the error's class and no message", async () => {
    const api = { url: apiUrl, anonKey: "wrong", serviceRoleKey: "secret" };
    expect(await outcome("node sample.mjs", { api })).toEqual([
      ["islands > the API shows the island", "failed", "AssertionError"],
      ["islands > the database has one", "passed", null],
    ]);
  });

  test("is stopped when its time is over, with all that it started", async () => {
    const mark = `31${Math.floor(Math.random() * 1e9)}`;
    const command = `(trap '' TERM HUP; setsid sleep ${mark} & sleep ${mark}) & sleep ${mark}`;
    expect(await outcome(command, { timeoutSeconds: 1 })).toEqual([
      ["command > the run as a whole", "failed", "timed out"],
    ]);
    const left = await run("sh", ["-c", `ps -eo args | grep -c "^sleep ${mark}"`]);
    expect(left.stdout.trim()).toBe("0");
  });

  test("that crashes is a failed test", async () => {
    const [[name, status] = []] = await outcome("kill -SEGV $$");
    expect([name, status]).toEqual(["command > the run as a whole", "failed"]);
  });

  test("that passes its tests and ends with an error has failed", async () => {
    const [, whole] = await outcome(`${tell("echo fine")}; exit 3`);
    expect(whole).toEqual(["command > the run as a whole", "failed", "ended with 3"]);
  });

  test("that writes nothing has failed, whatever it says", async () => {
    expect(await outcome("true")).toEqual([["command > the run as a whole", "failed", "left no readable results"]]);
  });

  test("cannot pass off an older run's results as its own", async () => {
    await mkdir(join(app.path, "old"), { recursive: true });
    await writeFile(join(app.path, "old/junit.xml"), '<testsuite><testcase name="old"/></testsuite>');
    const [only] = await outcome("true", { results: "old/junit.xml" });
    expect(only?.[2]).toBe("left no readable results");
  });

  test("cannot have a file of ours read by a link", async () => {
    await using elsewhere = await scratchDirectory("elsewhere");
    const file = join(elsewhere.path, "junit.xml");
    await writeFile(file, '<testsuite><testcase name="secret"/></testsuite>');
    const [only] = await outcome(`mkdir -p out; ln -s ${file} out/junit.xml`);
    expect(only?.[2]).toBe("left no readable results");
  });
});

describe.runIf(process.getuid?.() === 0)("where no secret ever was", () => {
  test("finds no secret in any process's environment", async () => {
    const canary = `canary-${randomUUID()}`;
    const holder = spawn("sleep", ["60"], { env: { PATH: process.env.PATH ?? "", SECRET: canary }, stdio: "ignore" });
    try {
      expect(
        await said(
          `cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n' | grep -c ${canary.slice(0, -1)}[${canary.at(-1)}] || true`,
        ),
      ).toBe("0");
    } finally {
      holder.kill();
    }
  });

  test("is another user, without ours or root's groups", async () => {
    expect(await said("echo $(id -u) $(id -G)")).toBe("65534 65534");
  });

  test("cannot read what only we may read", async () => {
    await using secret = await scratchDirectory("secret");
    const file = join(secret.path, "key");
    await writeFile(file, "canary", { mode: 0o600 });
    await chmod(secret.path, 0o755);
    expect(await said(`cat ${file} 2>/dev/null || echo denied`)).toBe("denied");
  });

  test("gets neither .env files nor the history of its folder", async () => {
    await symlink("sample.mjs", join(app.path, "linked.mjs")).catch(() => {});
    expect(await said("ls -A | tr '\\n' ' '")).not.toMatch(/\.env|\.git/);
  });

  test("has the environment that it is given, and nothing of ours", async () => {
    const names = await said("env | cut -d= -f1 | sort | tr '\\n' ' '");
    expect(names).toMatch(/DATABASE_URL .*SUPABASE_ANON_KEY SUPABASE_SERVICE_ROLE_KEY SUPABASE_URL/);
    expect(names).not.toMatch(/ITHACA|VITEST|NODE_OPTIONS|SECRET/);
  });
});
