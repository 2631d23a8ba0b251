import { join } from "node:path";
import { expect, test } from "vitest";
import { dieWith, until } from "../../test/support/death.ts";
import { run } from "./child-process.ts";
import { registerSecret } from "./redact.ts";

test("a tool sees nothing of our environment but what it is given", async () => {
  process.env.CANARY_SECRET = "canary-4711";
  const { stdout } = await run("env", [], { env: { GIVEN: "yes" } });
  delete process.env.CANARY_SECRET;
  const names = stdout.split("\n").map((line) => line.split("=")[0]);
  expect(new Set(names)).toEqual(new Set(["PATH", "HOME", "LANG", "LC_ALL", "TZ", "DATABASE_URL", "GIVEN"]));
});

test("exit codes are those of a shell", async () => {
  const codes = await Promise.all([
    run("sh", ["-c", "exit 7"]),
    run("/nonexistent/tool", []),
    run("/etc/passwd", []),
    run("sh", ["-c", "kill -TERM $$"]),
    run("sleep", ["60"], { timeout: 50 }),
    run("sleep", ["60"], { signal: AbortSignal.timeout(50) }),
  ]);
  expect(codes.map((result) => result.exitCode)).toEqual([7, 127, 126, 143, 124, 143]);
});

test("a tool that cannot be started says why on stderr", async () => {
  const { stderr } = await run("/nonexistent/tool", [], { onStderrLine: () => {} });
  expect(stderr).toContain("ENOENT");
});

test("a tool without input does not wait for any", async () => {
  expect(await run("cat", [])).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  expect((await run("cat", [], { input: "text" })).stdout).toBe("text");
});

test("stderr is redacted, line by line and as a whole, and a failing tool's lines all arrive", async () => {
  registerSecret("s3cret-canary");
  const lines: string[] = [];
  const result = await run("sh", ["-c", "echo one s3cret-canary >&2; echo two >&2; exit 3"], {
    onStderrLine: (line) => lines.push(line),
  });
  expect(lines).toEqual(["one ***", "two"]);
  expect(result).toEqual({ exitCode: 3, stdout: "", stderr: "one ***\ntwo" });
});

test("a tool dies with us", async () => {
  const pid = await dieWith(
    "SIGKILL",
    `import { run } from "${join(import.meta.dirname, "child-process.ts")}";
     run("sh", ["-c", "echo $$ >&2; exec sleep 600"], { onStderrLine: (pid) => process.stdout.write(pid + "\\n") });`,
  );
  await until(() => !alive(Number(pid)));
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
