import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { dieWith, until } from "../../test/support/death.ts";
import { guard } from "./guard.ts";

const folder = mkdtempSync(join(tmpdir(), "guard-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = (mark: string) => `
  import { guard } from "${join(import.meta.dirname, "guard.ts")}";
  guard('echo "$WORD $1" > "$2"', ["done", ${JSON.stringify(mark)}], { WORD: "all" });
  process.stdout.write("ready\\n");
  setInterval(() => {}, 1000);
`;

test.each(["SIGKILL", "SIGINT", "SIGTERM"] as const)("it runs its script when the owner dies of %s", async (signal) => {
  const mark = join(folder, signal);
  await dieWith(signal, program(mark));
  await until(() => existsSync(mark) && readFileSync(mark, "utf8") === "all done\n");
});

test("one shell keeps the wills of many, word by word, and another takes its place when it is killed", async () => {
  const mark = (name: string) => join(folder, name);
  const parameter = `it's "$HOME"\n\\n`;
  const source = `
    import { readFileSync } from "node:fs";
    import { guard } from "${join(import.meta.dirname, "guard.ts")}";
    guard('printf "%s" "$1" > "$2"', [${JSON.stringify(parameter)}, ${JSON.stringify(mark("quoted"))}]);
    const gone = guard('touch "$1"', [${JSON.stringify(mark("never"))}]);
    const shells = () => readFileSync(\`/proc/\${process.pid}/task/\${process.pid}/children\`, "utf8").trim().split(" ");
    const later = (work) => setTimeout(work, 300);
    later(() => {
      const first = shells();
      process.kill(Number(first[0]), "SIGKILL");
      later(() => {
        const second = shells();
        gone[Symbol.dispose]();
        guard('touch "$1"', [${JSON.stringify(mark("later"))}]);
        process.stdout.write([first.length, second.length, shells().length, first[0] === second[0]].join(" ") + "\\n");
      });
    });
    setInterval(() => {}, 1000);
  `;
  expect(await dieWith("SIGKILL", source)).toBe("1 1 1 false");
  await until(() => existsSync(mark("quoted")) && existsSync(mark("later")));
  expect(readFileSync(mark("quoted"), "utf8")).toBe(parameter);
  expect(existsSync(mark("never"))).toBe(false);
});

test("it does nothing once it has been called off", async () => {
  const mark = join(folder, "orderly");
  writeFileSync(mark, "untouched");
  {
    using _guard = guard('rm -f -- "$1"', [mark]);
  }
  // A second guard is started and run to its end after the first: the first had every chance to act.
  await dieWith("SIGKILL", program(join(folder, "second")));
  await until(() => existsSync(join(folder, "second")));
  expect(readFileSync(mark, "utf8")).toBe("untouched");
});
