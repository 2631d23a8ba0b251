import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { scratchDirectory } from "../../src/base/scratch.ts";
import { actionScript } from "../../test/support/workflow-runner/warm.ts";

test("an action starts on the Node of the libraries, keeps what was compiled beside them, and hears signals", async () => {
  await using scratch = await scratchDirectory("action");
  // A path that a shell would tear apart.
  const root = join(scratch.path, "of $HOME two words");
  const action = join(root, "actions/example");
  await mkdir(action, { recursive: true });
  await symlink(fileURLToPath(new URL(".", import.meta.url)), join(root, "actions/shared"));
  await mkdir(join(root, "node_modules/.bin"), { recursive: true });
  await symlink(process.execPath, join(root, "node_modules/.bin/node"));
  await writeFile(join(action, "other.ts"), `export const word: string = "${"long ".repeat(1000)}";`);
  await writeFile(
    join(action, "main.ts"),
    `import "./other.ts";
     process.on("SIGTERM", () => process.exit(7));
     setInterval(() => {}, 1000);
     console.log(process.pid, import.meta.main);`,
  );
  const child = spawn("bash", ["-c", actionScript], {
    env: { PATH: "/usr/bin:/bin", GITHUB_ACTION_PATH: action },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line]: unknown[] = await once(child.stdout, "data");
  expect(String(line).trim()).toBe(`${child.pid} true`);
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([7, null]);
  expect(await readdir(join(root, "node_modules/.cache/compile"))).not.toEqual([]);
});
