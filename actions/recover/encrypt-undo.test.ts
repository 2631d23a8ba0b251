import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { scratchDirectory } from "../../src/base/scratch.ts";

const script = fileURLToPath(new URL("encrypt-undo.sh", import.meta.url));

test.each<[string, Record<string, string>]>([
  ["password", { RESTIC_PASSWORD: "canary pass" }],
  ["file", { RESTIC_PASSWORD_FILE: "password.txt" }],
  ["command", { RESTIC_PASSWORD_COMMAND: "cat password.txt" }],
])("what undoes a recovery is encrypted by the vault's %s, and opened as docs/set-up.md says", async (_, given) => {
  await using scratch = await scratchDirectory("undo");
  await mkdir(join(scratch.path, ".ithaca/undo"), { recursive: true });
  await writeFile(join(scratch.path, ".ithaca/undo/one.sql"), "canary-row");
  await writeFile(join(scratch.path, "password.txt"), "canary pass\n");
  const options = { cwd: scratch.path, env: { PATH: process.env.PATH, ...given }, encoding: "utf8" } as const;
  expect(execFileSync("bash", [script], options)).toBe("");
  const open = ["enc", "-d", "-aes-256-cbc", "-pbkdf2", "-iter", "600000", "-pass", "env:RESTIC_PASSWORD", "-in"];
  const env = { PATH: process.env.PATH, RESTIC_PASSWORD: "canary pass" };
  const file = ".ithaca/undo-encrypted/one.sql.enc";
  expect(execFileSync("openssl", [...open, file], { ...options, env })).toBe("canary-row");
});

test("without a password nothing leaves the machine, and that is said", async () => {
  await using scratch = await scratchDirectory("undo");
  const run = () =>
    spawnSync("bash", [script], { cwd: scratch.path, env: { PATH: process.env.PATH }, encoding: "utf8" });
  expect(run()).toMatchObject({ status: 0, stdout: "" });
  await mkdir(join(scratch.path, ".ithaca/undo"), { recursive: true });
  await writeFile(join(scratch.path, ".ithaca/undo/one.sql"), "canary-row");
  expect(run()).toMatchObject({ status: 0, stdout: expect.stringMatching(/^::warning::What undoes/) });
  expect(existsSync(join(scratch.path, ".ithaca/undo-encrypted"))).toBe(false);
});
