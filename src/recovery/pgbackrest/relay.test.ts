import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { until } from "../../../test/support/death.ts";
import { run } from "../../base/child-process.ts";
import { scratchDirectory } from "../../base/scratch.ts";
import { startRelay } from "./relay.ts";

test("a server gets segments and history files, and can ask for nothing else", async () => {
  await using scratch = await scratchDirectory("it's 100% odd");
  const asked: string[] = [];
  await using relay = await startRelay(scratch.path, null, async (name, file) => {
    asked.push(name);
    if (name.endsWith("9")) throw new Error("the repository is away");
    if (name.endsWith("8")) return false;
    writeFileSync(file, `content of ${name}`);
    return true;
  });
  // As PostgreSQL fills in its restore_command.
  const get = (name: string) => {
    const into = join(scratch.path, "RECOVERYXLOG");
    const command = relay.command.replaceAll("%f", name).replaceAll("%p", `'${into.replaceAll("'", "'\\''")}'`);
    return run("sh", ["-c", command.replaceAll("%%", "%")], { timeout: 10_000 }).then(({ exitCode }) => ({
      exitCode,
      content: existsSync(into) ? readFileSync(into, "utf8") : null,
    }));
  };
  const segment = (n: number) => `00000001000000000000000${n}`;
  expect(await get(segment(1))).toEqual({ exitCode: 0, content: `content of ${segment(1)}` });
  expect((await get(segment(8))).exitCode).toBe(1);
  // PostgreSQL gives up above 125, instead of taking it for the archive's end.
  expect((await get(segment(9))).exitCode).toBe(200);
  expect(String(relay.failure())).toContain("the repository is away");
  for (const name of ["passwd", "..", `${segment(1)}.backup`, "00000001000000000000000g"]) {
    writeFileSync(join(scratch.path, "asked", `x${name}`), "");
  }
  expect((await get("00000002.history")).exitCode).toBe(0);
  await until(() => asked.includes("00000002.history"));
  expect(asked).toEqual([segment(1), segment(8), segment(9), "00000002.history"]);
  expect(relay.segments()).toEqual([segment(1)]);
  // Nor does it take a disk that is full for the end.
  const nowhere = relay.command.replaceAll("%%", "%").replaceAll("%f", segment(1)).replaceAll("%p", "/dev/null/file");
  expect((await run("sh", ["-c", nowhere], { timeout: 10_000 })).exitCode).toBe(200);
});

test("what was missing is asked for anew, also where the server has asked for it once more than it waited", async () => {
  await using scratch = await scratchDirectory("relay");
  const [missing, other] = ["000000010000000000000001", "000000010000000000000002"];
  let answer: (() => void) | undefined;
  await using relay = await startRelay(scratch.path, null, async (name, file) => {
    await new Promise<void>((resolve) => (answer = resolve));
    if (name === other) writeFileSync(file, name);
    return name === other;
  });
  const ask = async (name: string) => {
    answer = undefined;
    writeFileSync(join(scratch.path, "asked", name), "");
    await until(() => answer !== undefined);
  };
  const none = () => existsSync(join(relay.delivered, `${missing}.none`));
  await ask(missing);
  answer?.();
  await until(none);
  await ask(missing);
  const forgotten = relay.forgetMissing();
  setTimeout(() => answer?.(), 100);
  await forgotten;
  // Whatever was still to be done is done before this.
  await ask(other);
  answer?.();
  await until(() => relay.segments().length === 1);
  expect(none()).toBe(false);
});
