import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { run } from "../src/base/child-process.ts";

const script = join(import.meta.dirname, "setup.sh");
let root: string;
let bin: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "setup-test-"));
  bin = join(root, "bin");
  mkdirSync(bin);
  // What the script itself needs, from the real machine; everything else is made up.
  for (const tool of ["bash", "env", "grep", "mkdir", "tee", "tr", "cat", "touch", "chmod", "dirname"]) {
    for (const folder of ["/usr/bin", "/bin"]) {
      if (existsSync(join(folder, tool)) && !existsSync(join(bin, tool)))
        symlinkSync(join(folder, tool), join(bin, tool));
    }
  }
  program("id", "echo 0");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function program(name: string, body: string, folder = bin): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `#!/bin/bash\n${body}\n`);
  chmodSync(join(folder, name), 0o755);
}

const tools = ["initdb", "postgres", "pg_dump", "pg_restore", "pg_dumpall", "psql", "pg_amcheck", "restic"];
const server = () => join(root, "usr/lib/postgresql/17/bin");
const control = () => join(root, "usr/share/postgresql/17/extension/pgcrypto.control");

function everything(): void {
  for (const tool of tools) program(tool, "exit 1", tool === "restic" ? bin : server());
  mkdirSync(dirname(control()), { recursive: true });
  writeFileSync(control(), "");
}

function sudoAsks(): void {
  program("id", "echo 1000");
  program("sudo", "exit 1");
}

/** An apt that writes down how it was called and, on install, does `then`. */
function apt(then = "", cacheKnows = true): void {
  program("apt-cache", `exit ${cacheKnows ? 0 : 1}`);
  program(
    "apt-get",
    `echo "$*" >> ${root}/apt.log\nif [ "$1" = install ] || [[ "$*" == *install* ]]; then\n:\n${then}\nfi`,
  );
}

const aptLog = () => (existsSync(join(root, "apt.log")) ? readFileSync(join(root, "apt.log"), "utf8") : "");
const setup = (...wanted: string[]) =>
  run(join(bin, "bash"), [script, ...wanted], { env: { PATH: bin, ITHACA_SETUP_ROOT: root } });

/** What an installation of everything brings, in shell. */
const installs = () => `
  mkdir -p ${server()} ${dirname(control())}
  for tool in ${tools.join(" ")}; do echo '#!/bin/sh' > ${server()}/$tool; chmod +x ${server()}/$tool; done
  cp() { cat "$1" > "$2"; }
  cp ${server()}/restic ${bin}/restic; chmod +x ${bin}/restic
  touch ${control()}`;

test("where everything is there it says nothing and calls no apt", async () => {
  everything();
  apt();
  expect(await setup()).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  expect(aptLog()).toBe("");
});

test("on this machine there is nothing to do", async () => {
  expect(await run("bash", [script])).toEqual({ exitCode: 0, stdout: "", stderr: "" });
});

test("what is missing is installed with one line, and no cluster of the system's is started", async () => {
  apt(installs());
  const { exitCode, stderr } = await setup();
  expect(stderr).toBe("Installing postgresql postgresql-contrib postgresql-client restic ...");
  expect(exitCode).toBe(0);
  expect(aptLog()).toMatch(/^install .*postgresql postgresql-contrib postgresql-client restic\n$/);
  expect(readFileSync(join(root, "etc/postgresql-common/createcluster.conf"), "utf8")).toBe(
    "create_main_cluster = false\n",
  );
});

test("only what is missing is installed, and the package lists are fetched only where they are needed", async () => {
  everything();
  rmSync(join(bin, "restic"));
  apt(`echo > ${bin}/restic; chmod +x ${bin}/restic`, false);
  expect((await setup()).exitCode).toBe(0);
  const [update, install] = aptLog().trim().split("\n");
  expect(update).toMatch(/^update/);
  expect(install).toMatch(/restic$/);
  expect(install).not.toContain("postgresql");
  expect(existsSync(join(root, "etc"))).toBe(false);
});

test("a program that is wanted besides is installed, and only then", async () => {
  everything();
  apt(`echo > ${bin}/pgbackrest; chmod +x ${bin}/pgbackrest`);
  expect((await setup()).stderr).toBe("");
  expect(await setup("pgbackrest")).toMatchObject({ exitCode: 0, stderr: "Installing pgbackrest ..." });
  expect(await setup("pgbackrest")).toMatchObject({ exitCode: 0, stderr: "" });
});

test.each([
  ["an administrator's decision", "create_main_cluster = true\n", null],
  ["existing clusters", "#create_main_cluster = true\n", "etc/postgresql/15/main"],
])("%s is left alone", async (_what, text, cluster) => {
  const config = join(root, "etc/postgresql-common/createcluster.conf");
  mkdirSync(dirname(config), { recursive: true });
  writeFileSync(config, text);
  if (cluster) mkdirSync(join(root, cluster), { recursive: true });
  apt(installs());
  expect((await setup()).exitCode).toBe(0);
  expect(readFileSync(config, "utf8")).toBe(text);
});

test("a server without the contrib extensions is not enough", async () => {
  everything();
  rmSync(control());
  apt(installs());
  expect((await setup()).stderr).toContain("postgresql-contrib");
});

test.each([
  ["without root or sudo", () => program("id", "echo 1000"), "Install as root with: apt-get update && apt-get install"],
  ["where sudo would ask", () => sudoAsks(), "Install as root with:"],
  ["where apt fails", () => program("apt-get", "exit 100"), "Install as root with:"],
  ["where the packages bring too little", () => {}, "Missing: postgresql"],
])("%s it says what to install and exits 3", async (_case, arrange, says) => {
  apt();
  arrange();
  const { exitCode, stderr } = await setup();
  expect(exitCode).toBe(3);
  expect(stderr).toContain(says);
  expect(stderr).toContain("restic");
});

test("passwordless sudo is used", async () => {
  program("id", "echo 1000");
  program("sudo", `echo "sudo $*" >> ${root}/sudo.log; shift; exec "$@"`);
  program("true", "exit 0");
  apt(installs());
  expect((await setup()).exitCode).toBe(0);
  expect(readFileSync(join(root, "sudo.log"), "utf8")).toContain("apt-get install");
});

test.each([
  ["macOS", () => program("brew", ""), "brew install postgresql@17 restic"],
  ["a system without apt", () => {}, "PostgreSQL 15 or newer"],
])("on %s it gives a hint and exits 3", async (_system, arrange, says) => {
  arrange();
  const { exitCode, stderr } = await setup();
  expect(exitCode).toBe(3);
  expect(stderr).toContain(says);
});
