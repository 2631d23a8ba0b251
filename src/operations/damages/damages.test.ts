import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { systemClock } from "../../base/clock.ts";
import { silentProgress } from "../../base/progress.ts";
import type { UseCaseContext } from "../context.ts";
import { copyEntries } from "./copy-entries.ts";
import { type DamagesResult, tryDamages, tryEntries } from "./damages.ts";
import type { Entry, Outcome } from "./types.ts";

const context: UseCaseContext = {
  environment: {},
  clock: systemClock,
  progress: silentProgress,
  signal: new AbortController().signal,
  workingDirectory: fileURLToPath(new URL("../../../", import.meta.url)),
};

const wrong = ({ trials }: DamagesResult) =>
  trials.filter(({ right }) => !right).map(({ family, kind, by, reads }) => ({ family, kind, by, reads }));

test("a sample of damage to rows and definitions is noticed", { timeout: 180_000 }, async () => {
  const definitions = await tryDamages(context, { plan: "ithaca.yaml", only: "structure: a", sample: 6, seed: "7" });
  expect(wrong(definitions)).toEqual([]);
  expect(definitions).toMatchObject({ damages: 6, caught: 6 });
});

test("a sample of damage to archives is noticed, and the sound one is proven", { timeout: 180_000 }, async () => {
  const result = await tryDamages(context, { plan: "ithaca.yaml", only: "archive", sample: 7, seed: "3" });
  expect(wrong(result)).toEqual([]);
  expect(result.trials).toHaveLength(7);
});

const entry = (outcome: Partial<Outcome>, more: Partial<Entry> = {}): Entry => ({
  family: "rows",
  kind: "a kind",
  damaging: true,
  run: async () => ({ verdict: "failed", by: ["data.equality"], reads: "", ...outcome }),
  ...more,
});

test("what is not noticed, or noticed by the wrong check, is a miss; any alarm about the undamaged is false", async () => {
  const result = await tryEntries(context, [
    entry({}),
    entry({ verdict: "proven", by: [] }),
    entry({ verdict: "inconclusive" }),
    entry({ verdict: "inconclusive" }, { mayBeInconclusive: true }),
    entry({}, { mustBy: "roles.visibility" }),
    entry({}, { damaging: false }),
    entry({ verdict: "inconclusive" }, { damaging: false }),
    entry({ verdict: "proven" }, { damaging: false }),
  ]);
  expect(result).toMatchObject({ caught: 2, damages: 5, falseAlarms: 2, variants: 3 });
});

test("no two kinds have the same name", () => {
  const names = copyEntries(() => Promise.reject(new Error("not asked"))).map(
    ({ family, kind }) => `${family}: ${kind}`,
  );
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(names.length).toBeGreaterThan(150);
});
