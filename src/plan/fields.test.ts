import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { faults, top } from "./examples/refusals.ts";
import { branchName } from "./fields.ts";

/** Whether git itself would make a branch of this name. */
const gitTakes = (name: string) => spawnSync("git", ["check-ref-format", "--branch", name], { cwd: "/" }).status === 0;

test.each([
  ..."ithaca-reports reports/nightly @x a@b x{y} v1.2 lock a.lockb head HEADS a-/b ünï 日本 a- -".split(" "),
  ..."@ HEAD .a a/.b a..b a. a/ /a a//b a.lock a.lock/b a~1 a^ a:b a? a* a[b a\\b @{-1} a@{b -a --all".split(" "),
  ...["", " ", "a b", "a\tb", "a\u007fb", "a\nb", "main\n"],
])("the branch %j is taken where git takes it", (name) => {
  expect(branchName.safeParse(name).success).toBe(gitTakes(name));
});

test("a branch for reports that could never be made is refused, with its line", () => {
  expect(faults(top("reports: {branch: my reports..}"))).toEqual([
    'ithaca.yaml:3: reports.branch must be a branch\'s name as git takes it: without spaces and ~ ^ : ? * [ \\, without .. // @{ and .lock, and with no - . / at its edges, such as ithaca-reports (it says "my reports..")',
  ]);
});
