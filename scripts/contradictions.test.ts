import { expect, test } from "vitest";
import { commandTree, everyCommand } from "./command-tree.ts";

/* What contradicts itself is refused before anything is read: the plan that is named is not there. */

const both = (one: string, other: string) => new RegExp(`'${one}[^']*' cannot be used with option '${other}`);

const contradictions: readonly (readonly [string, RegExp])[] = [
  ["prove --archive x --backup latest", both("--archive", "--backup")],
  ["diff --archive x --backup latest", both("--archive", "--backup")],
  ["diff --with source --damage x.sql", /--damage harms the copy, and --with source makes none/],
  ["recover full --into new --archive x --backup latest", both("--archive", "--backup")],
  ["recover table --table t --archive x --backup latest", both("--archive", "--backup")],
  ["recover table --table t --from X --backup latest", both("--from", "--backup")],
  ["recover table --table t --from X --archive x", both("--from", "--archive")],
  ["recover table --table t --at 2026-11-22T14:30:00Z", /--at says when .*, and --from is missing/],
  ["recover table --table t --export x.csv --execute", both("--export", "--execute")],
  ["recover table --table t --export x.csv --mode replace", both("--export", "--mode")],
  ["recover point-in-time --rehearse --to latest", both("--rehearse", "--to")],
  ["recover point-in-time --rehearse --execute", both("--rehearse", "--execute")],
  ["recover point-in-time --to latest --table t --look t:1", both("--table", "--look")],
  ["recover point-in-time --to latest --save x --into-vault", both("--save", "--into-vault")],
  ["recover point-in-time --to latest --mode replace", /--mode <mode> says how a table .*, and --table is missing/],
  ["disaster outage --rehearse --merge a b c", both("--merge", "--rehearse")],
  ["audit export --format csv --json", /--json prints JSON, and --format csv does not/],
];

test.each(contradictions)("%s", async (line, sentence) => {
  const words = line.split(" ");
  const program = await commandTree(words[0]);
  for (const command of [program, ...everyCommand(program).values()]) {
    // As the program's own, but without the end of the process.
    command.configureOutput({ writeErr: () => {} }).exitOverride();
  }
  const parsed = program.parseAsync([...words, "--plan", "nowhere.yaml"], { from: "user" });
  await expect(parsed).rejects.toMatchObject({ exitCode: 1, message: expect.stringMatching(sentence) });
});
