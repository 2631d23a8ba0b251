import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { affirmed } from "./ask.ts";

/** What a person who types this has said. */
async function said(typed: string, signal = new AbortController().signal): Promise<boolean> {
  const input = new PassThrough();
  const answer = affirmed("Replace it?", { input, output: new PassThrough(), signal });
  input.end(typed);
  return answer;
}

test.each([
  ["y\n", true],
  ["YES\n", true],
  ["yes", false],
  ["\n", false],
  ["", false],
  ["yesterday\n", false],
  ["n\n", false],
])("%j typed is %s", async (typed, is) => {
  expect(await said(typed)).toBe(is);
});

test("a person who stops while asked has stopped the command", async () => {
  const reason = new Error("stopped");
  await expect(said("y\n", AbortSignal.abort(reason))).rejects.toBe(reason);
});
