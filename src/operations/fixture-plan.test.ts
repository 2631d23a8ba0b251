import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { innerOdysseyPlan } from "../../test/support/inner-odyssey-plan.ts";
import { systemClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { tryDamages } from "./damages/damages.ts";
import { demo } from "./demo.ts";
import { loadMadeUp } from "./fixture-plan.ts";

test("in a fork with a plan of its own the made-up database keeps its plan, and is not judged by another one", async () => {
  await using fork = await scratchDirectory("fork");
  const context = {
    environment: {},
    clock: systemClock,
    progress: silentProgress,
    signal: AbortSignal.timeout(60_000),
    workingDirectory: fork.path,
  };
  const plan = "ithaca.yaml";
  await writeFile(join(fork.path, plan), "version: 1\ndatabases:\n  shop: {}\n");
  expect(await loadMadeUp(context, { plan }), "the one that Ithaca comes with").toMatchObject({
    subject: { name: "inner-odyssey" },
    plan: innerOdysseyPlan,
  });
  await copyFile(innerOdysseyPlan, join(fork.path, "inner-odyssey.yaml"));
  expect(await loadMadeUp(context, { plan }), "the fork's own").toMatchObject({ plan: "inner-odyssey.yaml" });
  const refused = { id: "plan.unknown_database", kind: "input" };
  const other = { plan, database: "shop" };
  await expect(demo(context, { ...other, families: 1 })).rejects.toMatchObject(refused);
  await expect(tryDamages(context, other)).rejects.toMatchObject(refused);
  await expect(tryDamages(context, { plan, only: "polcy" })).rejects.toMatchObject({ id: "run.nothing_chosen" });
});
