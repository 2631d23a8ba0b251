import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { run } from "../../src/base/child-process.ts";
import { scratchDirectory } from "../../src/base/scratch.ts";

/* The scripts that install run on a made-up machine: its tools write down how they were called. */

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

async function machine() {
  const scratch = await scratchDirectory("runner");
  const root = scratch.path;
  const log = join(root, "log");
  await writeFile(log, "");
  const program = async (path: string, body: string) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), `#!/bin/bash\n${body}\n`);
    await chmod(join(root, path), 0o755);
  };
  const note = `echo "$(basename "$0") $*" >> ${log}`;
  await program("bin/id", "echo 0");
  await program("bin/apt-cache", "exit 0");
  await program("usr/share/postgresql-common/pgdg/apt.postgresql.org.sh", note);
  const installed = (version: number) =>
    ["pg_dump", "pg_amcheck"].map((tool) => program(`usr/lib/postgresql/${version}/bin/${tool}`, "echo 17.0"));
  return {
    root,
    program,
    installed,
    note,
    log: async () => (await readFile(log, "utf8")).trim().split("\n"),
    install: (env: Readonly<Record<string, string>>) =>
      run("bash", [here("install.sh")], {
        env: {
          PATH: `${root}/bin:/usr/bin:/bin`,
          ITHACA_SETUP_ROOT: root,
          GITHUB_ACTION_PATH: here("."),
          GITHUB_PATH: join(root, "path"),
          ...env,
        },
      }),
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}

test("a runner with another version gets the right one from PostgreSQL's own packages, first on the PATH", async () => {
  await using runner = await machine();
  await Promise.all(runner.installed(16));
  const folder = "usr/lib/postgresql/17/bin";
  const tools = `mkdir -p ${runner.root}/${folder}; for t in pg_dump pg_amcheck; do cp ${runner.root}/bin/id ${runner.root}/${folder}/$t; done`;
  await runner.program("bin/apt-get", `${runner.note}\ncase "$*" in *install*) ${tools} ;; esac`);
  await runner.program("bin/restic", "echo restic 0.16");
  const { exitCode, stderr } = await runner.install({ ITHACA_MAJOR: "17", ITHACA_SERVER: "false" });
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  expect(await runner.log()).toEqual([
    "apt.postgresql.org.sh -y",
    expect.stringMatching(/^apt-get .*install .*postgresql-client-17$/),
  ]);
  expect(await readFile(join(runner.root, "path"), "utf8")).toBe(`${runner.root}/${folder}\n`);
});

test("a package that is gone from where an image's old lists say comes by new lists; a mirror that is away is tried again", async () => {
  await using runner = await machine();
  await Promise.all([runner.installed(17), runner.program("bin/restic", "echo restic 0.16")]);
  await runner.program("bin/sleep", "exit 0");
  const third = `[ "$(grep -c ' install ' ${runner.root}/log)" -gt 2 ]`;
  await runner.program("bin/apt-get", `${runner.note}\ncase " $* " in *" install "*) ${third} ;; esac`);
  const asked = { ITHACA_MAJOR: "17", ITHACA_SERVER: "true" };
  expect(await runner.install(asked)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("attempt 2 of 3") });
  const tools = (await runner.log()).map((line) => /update|postgresql-17$|^apt\.postgresql/.exec(line)?.[0]);
  const once = ["apt.postgresql", "postgresql-17"];
  expect(tools).toEqual([...once, "update", ...once, "update", ...once]);

  await runner.program("bin/apt-get", "exit 100");
  const away = await runner.install(asked);
  expect(away.exitCode).toBe(3);
  expect(away.stdout).toContain("::error::postgresql-17 could not be installed");
});

test("where all is there nothing is installed; a server is one thing more", async () => {
  await using runner = await machine();
  await Promise.all(runner.installed(17));
  await runner.program("bin/apt-get", runner.note);
  await runner.program("bin/restic", "echo restic 0.16");
  expect(await runner.install({ ITHACA_MAJOR: "17" })).toMatchObject({ exitCode: 0 });
  expect(await runner.log()).toEqual([""]);
  expect(await runner.install({ ITHACA_MAJOR: "17", ITHACA_SERVER: "true" })).toMatchObject({ exitCode: 0 });
  expect((await runner.log()).at(-1)).toMatch(/ postgresql-17$/);
});

test("GitHub's own machines permit namespaces afterwards; nobody else's is changed", async () => {
  await using runner = await machine();
  await Promise.all([runner.installed(17), runner.program("bin/restic", "echo restic 0.16")]);
  await runner.program("bin/sysctl", runner.note);
  const setting = "proc/sys/kernel/apparmor_restrict_unprivileged_userns";
  for (const [where, value] of [
    ["self-hosted", "1"],
    ["github-hosted", "0"],
    ["github-hosted", "1"],
  ] as const) {
    await mkdir(dirname(join(runner.root, setting)), { recursive: true });
    await writeFile(join(runner.root, setting), `${value}\n`);
    expect(await runner.install({ ITHACA_MAJOR: "17", RUNNER_ENVIRONMENT: where })).toMatchObject({ exitCode: 0 });
  }
  expect(await runner.log()).toEqual(["sysctl --quiet --write kernel.apparmor_restrict_unprivileged_userns=0"]);
});

test("a runner on which nobody may install is told what it lacks", async () => {
  await using runner = await machine();
  await runner.program("bin/id", "echo 1000");
  await runner.program("bin/sudo", "exit 1");
  await runner.program("bin/apt-get", runner.note);
  await runner.program("bin/restic", "echo restic 0.16");
  const { exitCode, stdout } = await runner.install({ ITHACA_MAJOR: "17" });
  expect({ exitCode, stdout }).toEqual({
    exitCode: 3,
    stdout: expect.stringContaining("::error::This runner lacks postgresql-client-17"),
  });
});

test("the libraries are installed once per lock file, without scripts or development's own, and a failing registry is tried again", async () => {
  await using runner = await machine();
  await runner.program("bin/sleep", "exit 0");
  await runner.program("bin/npm", `${runner.note}\n[ "$(grep -c ^npm ${runner.root}/log)" -gt 1 ]`);
  await mkdir(join(runner.root, "ithaca/actions/backup"), { recursive: true });
  await mkdir(join(runner.root, "ithaca/node_modules"));
  await writeFile(join(runner.root, "ithaca/package-lock.json"), "{}");
  const call = (script: string) =>
    run("bash", [here(`../shared/${script}`)], {
      env: {
        PATH: `${runner.root}/bin:/usr/bin:/bin`,
        GITHUB_ACTION_PATH: join(runner.root, "ithaca/actions/backup"),
        GITHUB_OUTPUT: join(runner.root, "output"),
      },
    });
  const output = async () => (await readFile(join(runner.root, "output"), "utf8")).trim().split("\n").slice(-3);
  await call("find.sh");
  expect(await output()).toEqual([
    `root=${runner.root}/ithaca`,
    expect.stringMatching(/^key=[0-9a-f]{32}$/),
    "installed=false",
  ]);
  expect(await call("install.sh")).toMatchObject({ exitCode: 0 });
  expect(await call("install.sh")).toMatchObject({ exitCode: 0 });
  const npm = "npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error";
  expect(await runner.log()).toEqual([npm, npm]);
  await call("find.sh");
  expect((await output())[2]).toBe("installed=true");
});
