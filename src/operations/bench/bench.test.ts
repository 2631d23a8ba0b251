import { expect, test } from "vitest";
import { silentProgress } from "../../base/progress.ts";
import { processContext } from "../context.ts";
import { bench } from "./bench.ts";

test("own data need a connection string", async () => {
  const context = processContext({ progress: silentProgress, signal: new AbortController().signal });
  const without = { ...context, environment: {} };
  await expect(bench(without, { plan: "ithaca.yaml", source: true })).rejects.toMatchObject({
    id: "bench.no_source",
    exitCode: 2,
  });
});

test("a data set that there is not is named before anything starts", async () => {
  const context = processContext({ progress: silentProgress, signal: new AbortController().signal });
  await expect(bench(context, { plan: "ithaca.yaml", only: "one-small" })).rejects.toMatchObject({
    id: "bench.no_data_set",
    exitCode: 2,
  });
});
