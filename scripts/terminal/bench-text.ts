import { styleText } from "node:util";
import type { BenchResult, TargetRow } from "../../src/operations/bench/types.ts";

const seconds = (value: number | null) => (value === null ? "–" : value.toFixed(2)).padStart(7);

/** Every promise with its figure, and the times behind them. */
export function benchText({ targets, runs, stopped, load }: BenchResult): string {
  const marks = new Map<TargetRow["pass"], string>([
    [true, styleText("green", "PASS")],
    [false, styleText("red", "FAIL")],
    ["reported", "    "],
    [null, styleText("yellow", "n/a ")],
  ]);
  const rows = targets.map(
    ({ name, target, measured, pass }) => `${marks.get(pass)}  ${name.padEnd(66)} ${target.padEnd(16)} ${measured}`,
  );
  const times = runs.flatMap(({ data, size, rounds, remarks }) => [
    ...rounds.map(
      ({ own, documented, defaults, floor, vaultFloor }) =>
        `  ${`${data} ${size}x`.padEnd(22)}${[
          own.backup + own.digests + own.restore + own.census + own.checks,
          own.wall,
          documented,
          defaults,
          floor,
          vaultFloor,
        ]
          .map(seconds)
          .join(" ")}`,
    ),
    ...remarks.map(({ way, why }) => `  ${way}: ${why}`),
  ]);
  const promised = targets.filter(({ pass }) => pass !== "reported");
  const kept = promised.filter(({ pass }) => pass === true).length;
  return [
    "",
    ...rows,
    "",
    `  ${"seconds, every round".padEnd(22)}${["core", "whole", "(a)", "(b)", "(c)", "(d)"].map((name) => name.padStart(7)).join(" ")}`,
    ...times,
    "",
    ...(stopped ? ["Stopped before its end: what is not above was not measured."] : []),
    `${kept} of ${promised.length} promises kept, at a load of ${load.before.toFixed(1)} to ${load.after.toFixed(1)}`,
  ].join("\n");
}
