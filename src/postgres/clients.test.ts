import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Scratch, scratchDirectory } from "../base/scratch.ts";
import { findBinary, parseVersion, programFolders } from "./binaries.ts";
import { findClient, findServer } from "./clients.ts";

let scratch: Scratch;
beforeAll(async () => {
  scratch = await scratchDirectory("programs");
});
afterAll(() => scratch[Symbol.asyncDispose]());

/** A folder with programs that only say their version. */
function folder(name: string, version: string, tools: readonly string[] = ["pg_dump", "initdb", "postgres"]): string {
  const path = join(scratch.path, name);
  mkdirSync(path, { recursive: true });
  for (const tool of tools) {
    writeFileSync(join(path, tool), `#!/bin/sh\necho '${tool} (PostgreSQL) ${version} (Debian ${version}-1.pgdg)'\n`);
    chmodSync(join(path, tool), 0o755);
  }
  return path;
}

test.each([
  ["pg_dump (PostgreSQL) 17.2 (Debian 17.2-1.pgdg120+1)", "17.2", 17],
  ["pg_dump (PostgreSQL) 18beta1", "18beta1", 18],
  ["postgres (PostgreSQL) 19devel", "19devel", 19],
  ["psql (EnterpriseDB) 16.2.0", "16.2.0", 16],
])("%s", (output, version, major) => {
  expect(parseVersion(output)).toEqual({ version, major });
});

test("the lowest major that suits wins, and of one major the first on the PATH", async () => {
  const folders = [folder("a15", "15.18"), folder("b18", "18.1"), folder("c17", "17.6"), folder("d17", "17.2")];
  expect(await findClient("pg_dump", 15, folders)).toMatchObject({ major: 15 });
  expect(await findClient("pg_dump", 16, folders)).toMatchObject({ version: "17.6" });
  expect(await findClient("pg_dump", 17, [...folders].reverse())).toMatchObject({ version: "17.2" });
  expect(await findClient("pg_dump", 18, folders)).toMatchObject({ path: join(scratch.path, "b18", "pg_dump") });
});

test("one that is too old is named, with the line that installs the right one", async () => {
  const folders = [folder("old", "16.4")];
  const refused = findClient("pg_dump", 17, folders);
  await expect(refused).rejects.toMatchObject({ id: "postgres.client_too_old", kind: "surroundings" });
  await expect(refused).rejects.toThrow(
    /this machine has only 16\.4 in .*old.*postgresql-client-17.*\/usr\/lib\/postgresql\/17\/bin, first/,
  );
});

test("a missing one is said to be missing", async () => {
  await expect(findClient("pg_amcheck", 17, [folder("none", "17.2")])).rejects.toMatchObject({
    id: "postgres.client_missing",
    message: expect.stringContaining("apt.postgresql.org.sh"),
  });
});

test("what is no program of PostgreSQL's is passed over: a folder, a text, a liar, Debian's wrapper", async () => {
  const odd = join(scratch.path, "odd");
  mkdirSync(join(odd, "pg_dump"), { recursive: true });
  const plain = join(scratch.path, "plain");
  mkdirSync(plain);
  writeFileSync(join(plain, "pg_dump"), "not executable");
  const liar = folder("liar", "");
  writeFileSync(join(liar, "pg_dump"), "#!/bin/sh\nexit 1\n");
  const wrapper = join(scratch.path, "wrapper");
  mkdirSync(wrapper);
  symlinkSync(join(folder("share", "99.0", ["pg_wrapper"]), "pg_wrapper"), join(wrapper, "pg_dump"));
  const found = await findClient("pg_dump", 15, [odd, plain, liar, wrapper, folder("good", "15.1")]);
  expect(found).toMatchObject({ version: "15.1" });
});

test("a server is of the dump's major, else the next newer one, else the error says which is needed", async () => {
  const folders = [folder("s18", "18.0"), folder("s16", "16.9"), folder("s15", "15.18")];
  expect(await findServer(16, folders)).toMatchObject({ major: 16 });
  expect(await findServer(17, folders)).toMatchObject({ major: 18 });
  expect(await findServer(undefined, folders)).toMatchObject({ major: 18 });
  await expect(findServer(19, folders)).rejects.toMatchObject({ id: "postgres.server_missing" });
  await expect(findServer(15, [])).rejects.toMatchObject({ id: "postgres.binaries_missing" });
  await expect(findServer(15, [folder("half", "15.1", ["initdb"])])).rejects.toThrow("`postgres` was not found");
});

test("this machine's own are found, the PATH first", async () => {
  expect(await findBinary("pg_restore")).toMatch(/pg_restore$/);
  expect((await programFolders())[0]).toBe(process.env.PATH?.split(":")[0]);
});
