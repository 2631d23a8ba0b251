import { median } from "../../base/median.ts";
import type { BenchRun, Round, SecondBackup, TargetRow, Way } from "./types.ts";

const megabyte = 1024 * 1024;
const gigabyte = 1024 * megabyte;

/** Dump, census, restore, and every row and rule proved; neither vault nor the start of a server. */
const core = ({ own }: Round) => own.backup + own.digests + own.restore + own.census + own.checks;
/** The same with the vault, a server of its own and the start of the program: all that somebody waits for. */
const whole = ({ own }: Round) => own.wall;
const vaultShare = ({ own }: Round) => own.save + own.fetch;

type Figure = (round: Round) => number | null;

/** The median over rounds of what two ways took in the same round; null where either has no figure. */
function medianOf(run: BenchRun, figure: Figure): number | null {
  const values = run.rounds.map(figure).filter((value) => value !== null);
  return values.length === 0 ? null : median(values);
}

const over =
  (mine: Figure, theirs: Figure): Figure =>
  (round) => {
    const [a, b] = [mine(round), theirs(round)];
    return a === null || b === null ? null : a / b;
  };

/** What is promised of every run to which it applies. */
interface Promised {
  readonly name: string;
  readonly figure: Figure;
  /** Whom it is measured against. */
  readonly peer?: Way;
  readonly most: number;
  readonly unit?: " s" | " MB";
  readonly applies?: (run: BenchRun) => boolean;
}

const promises: readonly Promised[] = [
  { name: "core / floor (c)", figure: over(core, (r) => r.floor), peer: "floor", most: 1.6 },
  { name: "core / documented way (a)", figure: over(core, (r) => r.documented), peer: "documented way", most: 0.75 },
  {
    name: "core / defaults (b), many tables",
    figure: over(core, (r) => r.defaults),
    peer: "defaults",
    most: 1,
    applies: ({ manyTables }) => manyTables,
  },
  { name: "vault / restic alone (d)", figure: over(vaultShare, (r) => r.vaultFloor), peer: "restic alone", most: 1.25 },
  {
    name: "whole / documented way (a), from 1 GB",
    figure: over(whole, (r) => r.documented),
    peer: "documented way",
    most: 1,
    applies: ({ databaseBytes }) => databaseBytes >= gigabyte,
  },
  {
    name: "whole - documented way (a), below 1 GB",
    figure: (round) => (round.documented === null ? null : whole(round) - round.documented),
    peer: "documented way",
    most: 4,
    unit: " s",
    applies: ({ databaseBytes }) => databaseBytes < gigabyte,
  },
  {
    name: "open snapshot / bare pg_dump -j2, every row",
    figure: over(
      (r) => r.own.snapshot,
      (r) => r.bareDump,
    ),
    peer: "bare pg_dump",
    most: 1.6,
  },
  {
    name: "open snapshot / bare pg_dump -j2, light census",
    figure: over(
      (r) => r.light,
      (r) => r.bareDump,
    ),
    peer: "bare pg_dump",
    most: 1.1,
  },
  { name: "comparing / restore", figure: ({ own }) => (own.census + own.checks) / own.restore, most: 0.6 },
  { name: "Node's peak memory", figure: ({ own }) => own.memory / megabyte, most: 200, unit: " MB" },
];

const digits = (value: number, unit: string) => (unit === " MB" ? value.toFixed(0) : value.toFixed(2));

function row(name: string, most: number, measured: number | null, unit = "", why = ""): TargetRow {
  const target = `at most ${most}${unit}`;
  if (measured === null) return { name, target, measured: `not measured${why === "" ? "" : `: ${why}`}`, pass: null };
  return { name, target, measured: `${digits(measured, unit)}${unit}`, pass: measured <= most };
}

/** How much longer larger data take: at most a sixteenth more than so many times as long. */
function growth(runs: readonly BenchRun[]): TargetRow[] {
  return runs
    .filter(({ size }) => size > 1)
    .flatMap((run) => {
      const base = runs.find(({ data, size }) => data === run.data && size === 1);
      if (base === undefined) return [];
      const [large, small] = [medianOf(run, core), medianOf(base, core)];
      const factor = large === null || small === null ? null : large / small;
      return [row(`${run.data}: core at ${run.size}x / core at 1x`, (run.size * 17) / 16, factor)];
    });
}

/** Why a peer has no figure; where nobody could dump, the floor and restic have nothing to work with. */
function whyWithout({ remarks }: BenchRun, peer: Way | undefined): string | undefined {
  const remark = remarks.find(({ way }) => way === peer);
  const bare = remarks.find(({ way }) => way === "bare pg_dump");
  const at = remark ?? (peer === "floor" || peer === "restic alone" ? bare : undefined);
  return at === undefined ? undefined : `${at.way}: ${at.why}`;
}

/**
 * Every promise as a row of its own, in the order of the promises, also where nobody could measure it.
 *
 * @param second what a second backup added, or why nobody took one
 */
export function judgeTargets(runs: readonly BenchRun[], second: SecondBackup | string): TargetRow[] {
  const [added, why] = typeof second === "string" ? [null, second] : [second, ""];
  const rows = promises.flatMap(({ name, figure, peer, most, unit, applies = () => true }) =>
    runs
      .filter(applies)
      .map((run) => row(`${run.data} ${run.size}x: ${name}`, most, medianOf(run, figure), unit, whyWithout(run, peer))),
  );
  const disk = runs.map((run) => {
    const most = Math.max(...run.rounds.map(({ own }) => own.disk));
    return row(`${run.data} ${run.size}x: peak disk / database`, 1.6, most > 0 ? most / run.databaseBytes : null);
  });
  const proofs = runs.map((run): TargetRow => {
    const wrong = [...new Set(run.rounds.flatMap(({ own }) => own.notPassed))];
    const measured = wrong.length === 0 ? "all passed" : wrong.join(", ");
    return {
      name: `${run.data} ${run.size}x: checks of the copy`,
      target: "all pass",
      measured,
      pass: wrong.length === 0,
    };
  });
  return [
    ...rows,
    ...growth(runs),
    ...disk,
    row("second backup, 1 % of the rows changed in one stretch / first", 0.1, added?.stretch ?? null, "", why),
    {
      name: "second backup, 1 % of the rows changed here and there / first",
      target: "reported only",
      measured: added === null ? `not measured: ${why}` : added.scattered.toFixed(2),
      pass: added === null ? null : "reported",
    },
    ...proofs,
  ];
}
