import { expect, test } from "vitest";
import { IthacaError } from "../base/errors.ts";
import { recordEarlyEnd, startProofRun } from "./proof-run.ts";

const fault = new IthacaError("test.fault", "failed", "no rows");

test.each(["restore", "cleanup"])("a run that ends in %s says so, though it is cleared up after", async (name) => {
  const run = startProofRun();
  const work = (phase: string) => async () => {
    if (phase === name) throw fault;
  };
  const proving = async () => {
    try {
      await run.phase("restore", work("restore"));
    } finally {
      await run.phase("cleanup", work("cleanup"));
    }
  };
  await expect(proving()).rejects.toBe(fault);
  recordEarlyEnd(run, fault, []);
  expect(run.checks[0]).toMatchObject({ actual: `ended in ${name}`, findings: [{ object: name }] });
});
