import { chmodSync, existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mortal, until } from "../../test/support/death.ts";
import { run } from "../base/child-process.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { startCluster } from "./cluster.ts";
import { connect } from "./connect.ts";

const clusterModule = join(import.meta.dirname, "cluster.ts");
const isRoot = process.getuid?.() === 0;

/** Processes that work in a directory or bear its mark; the dead that nobody has buried do neither. */
function processesOf(home: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const isGuard = readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("ithaca-guard");
        const marked = readFileSync(`/proc/${pid}/environ`, "utf8").includes(`ITHACA_CLUSTER=${home}`);
        return !isGuard && (marked || readlinkSync(`/proc/${pid}/cwd`).startsWith(home));
      } catch {
        return false;
      }
    })
    .map(Number);
}

const nothingLeft = (parent: string) => readdirSync(parent).length === 0 && processesOf(parent).length === 0;

test("destroy leaves neither process nor directory, looks, and may be called twice", async () => {
  const cluster = await startCluster();
  const home = cluster.target.host;
  expect(processesOf(home).length).toBeGreaterThan(0);
  // What its processes share lies there as well, and goes with it even if the server is killed.
  expect(readdirSync(join(home, "data", "pg_dynshmem")).length).toBeGreaterThan(0);
  // What restored code leaves running: in its directory, and outside of it.
  await using session = await connect(cluster.target, { readOnly: false });
  await session.query(`COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; setsid sleep 600 >/dev/null 2>&1 &'`);
  await session.query(`COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; cd /; setsid sleep 600 >/dev/null 2>&1 &'`);
  expect(await cluster.destroy()).toBe(true);
  expect(existsSync(home)).toBe(false);
  expect(processesOf(home)).toEqual([]);
  expect(await cluster.destroy()).toBe(true);
});

test("restored code with a superuser's rights finds no secret of ours", async () => {
  await using scratch = await scratchDirectory("secret");
  const file = join(scratch.path, "file");
  writeFileSync(file, "canary-in-a-file", { mode: 0o600 });
  await using owner = mortal(
    `import { startCluster } from "${clusterModule}";
     const cluster = await startCluster();
     process.stdout.write(JSON.stringify({ host: cluster.target.host, isolation: cluster.isolation }) + "\\n");
     setInterval(() => {}, 1000);`,
    { ITHACA_DATABASE_URL: "postgres://u:canary-in-the-environment@h/d" },
  );
  const { host, isolation }: { host: string; isolation: unknown } = JSON.parse(await owner.line());
  await using session = await connect(
    { host, port: 5432, database: "postgres", user: "postgres", sslmode: "disable" },
    { readOnly: false },
  );
  await session.query("CREATE TABLE public.loot (line text)");
  const steal = (program: string) =>
    session.query(`COPY public.loot FROM PROGRAM $$( ${program} ) 2>&1 | tr -d '\\\\\\000' || true$$`);
  await steal("env");
  await steal(`cat /proc/${owner.pid}/environ`);
  await steal(`cat /proc/*/environ`);
  await steal(`cat ${file}`);
  await steal(`ls -la ${scratch.path}`);
  await steal("id -un");
  await steal("ls /sys/class/net; cat /proc/net/dev");
  const loot = (await session.query<{ line: string }>("SELECT line FROM public.loot")).map(({ line }) => line);
  const text = loot.join("\n");
  expect(text).toContain("ITHACA_CLUSTER");
  expect(text).not.toContain("canary-in-the-environment");
  if (isRoot) {
    expect(isolation).toMatchObject({ osUser: expect.stringMatching(/^(postgres|nobody)$/) });
    expect(text).not.toContain("canary-in-a-file");
    expect(loot).not.toContain("root");
  } else {
    expect(isolation).toMatchObject({ osUser: null });
  }
  await owner.kill("SIGTERM");
  await until(() => !existsSync(host));
});

const startAndWait = `
  import { startCluster } from "${clusterModule}";
  process.stdout.write("begun\\n");
  const cluster = await startCluster();
  process.stdout.write(cluster.target.host + "\\n");
  setInterval(() => {}, 1000);`;

test.each(["SIGKILL", "SIGINT", "SIGTERM"] as const)("a running cluster dies with its owner: %s", async (signal) => {
  await using parent = await scratchDirectory("parent", "/var/tmp");
  await using owner = mortal(startAndWait, { ITHACA_SCRATCH: openTo(parent.path) });
  await owner.line();
  const host = await owner.line();
  expect(processesOf(host).length).toBeGreaterThan(0);
  await owner.kill(signal);
  await until(() => processesOf(host).length === 0 && nothingLeft(parent.path));
});

test.each([
  ["in the middle of initdb", (home: string) => existsSync(join(home, "data", "base"))],
  ["before the directory is filled", (home: string) => existsSync(home)],
  ["before the server is up", (home: string) => existsSync(join(home, "data", "postmaster.opts"))],
])("killed %s it leaves nothing", async (_moment, hasCome) => {
  await using parent = await scratchDirectory("parent", "/var/tmp");
  await using owner = mortal(startAndWait, { ITHACA_SCRATCH: openTo(parent.path) });
  await owner.line();
  await until(() => readdirSync(parent.path).some((name) => hasCome(join(parent.path, name))));
  await owner.kill("SIGKILL");
  await until(() => nothingLeft(parent.path));
});

/** Whom to run as: another user where we are root and that user can read this repository, else ourselves. */
async function ordinaryUser(): Promise<{ uid?: number; gid?: number }> {
  const nobody = { uid: 65_534, gid: 65_534 };
  if (!isRoot) return {};
  const { exitCode } = await run("test", ["-r", clusterModule], { ...nobody, cwd: "/" });
  return exitCode === 0 ? nobody : {};
}

test("an ordinary user can have one with only its own rights", async () => {
  await using parent = await scratchDirectory("parent", "/var/tmp");
  const user = await ordinaryUser();
  await using owner = mortal(
    `import { startCluster } from "${clusterModule}";
     const cluster = await startCluster();
     process.stdout.write(JSON.stringify({ uid: process.getuid(), isolation: cluster.isolation }) + "\\n");
     process.stdout.write((await cluster.destroy()) + "\\n");`,
    { ITHACA_SCRATCH: openTo(parent.path) },
    user,
  );
  const uid = user.uid ?? process.getuid?.();
  // Only root can put a server under another user than itself.
  const osUser = uid === 0 ? expect.any(String) : null;
  expect(JSON.parse(await owner.line())).toMatchObject({ uid, isolation: { osUser } });
  expect(await owner.line()).toBe("true");
  expect(nothingLeft(parent.path)).toBe(true);
});

test("a scratch directory with a long path does not matter: the socket goes elsewhere", async () => {
  await using parent = await scratchDirectory(`parent-${"long-".repeat(20)}`, "/var/tmp");
  process.env.ITHACA_SCRATCH = openTo(parent.path);
  try {
    await using cluster = await startCluster();
    expect(cluster.target.host).toMatch(/^\/tmp\/ithaca-socket-/);
    await using session = await connect(cluster.target, { readOnly: true });
    expect(session.versionNum).toBe(cluster.versionNum);
    expect(await cluster.destroy()).toBe(true);
    expect(existsSync(cluster.target.host)).toBe(false);
  } finally {
    delete process.env.ITHACA_SCRATCH;
  }
  expect(readdirSync(parent.path)).toEqual([]);
});

test.each([
  ["a server that dies at once", { settings: { shared_buffers: "999999GB" } }, /outside the valid range|invalid value/],
  ["an initdb that fails", { locale: "xx_XX.UTF-8" }, /locale/],
  ["a major that nobody has", { major: 99 }, /PostgreSQL 99 or newer/],
])("%s is one clear sentence, and nothing is left", async (_fault, options, says) => {
  await using parent = await scratchDirectory("parent", "/var/tmp");
  process.env.ITHACA_SCRATCH = openTo(parent.path);
  try {
    await expect(startCluster(options)).rejects.toMatchObject({
      kind: "surroundings",
      message: expect.stringMatching(says),
    });
  } finally {
    delete process.env.ITHACA_SCRATCH;
  }
  expect(nothingLeft(parent.path)).toBe(true);
});

test.skipIf(!isRoot)("a full disk is one clear sentence, and nothing is left", async () => {
  await using parent = await scratchDirectory("disk", "/var/tmp");
  const disk = openTo(parent.path);
  const { run } = await import("../base/child-process.ts");
  const mounted = await run("mount", ["-t", "tmpfs", "-o", "size=8m,mode=0755", "tmpfs", disk]);
  expect(mounted.exitCode).toBe(0);
  process.env.ITHACA_SCRATCH = disk;
  try {
    await expect(startCluster()).rejects.toMatchObject({ message: expect.stringContaining("No space left on device") });
    expect(nothingLeft(disk)).toBe(true);
  } finally {
    delete process.env.ITHACA_SCRATCH;
    await run("umount", [disk]);
  }
});

/** The server's OS user passes through its parent directory. */
function openTo(path: string): string {
  chmodSync(path, 0o777);
  return path;
}
