import { median } from "./median.ts";

/*
 * How long work will still take, by how long it took before and by how it goes today. Pure: seconds in, seconds out.
 */

/** One part of some work. */
export interface Phase {
  readonly name: string;
  readonly seconds: number;
}

/** An earlier run of the same work: its phases in their order, and how much data it had to do with; null where that is not known. */
export interface PastRun {
  readonly phases: readonly Phase[];
  readonly bytes: number | null;
}

/** What a run can be expected to take. */
export interface Expectation {
  /** In the order in which they come. */
  readonly phases: readonly Phase[];
  /** How many earlier runs say so. */
  readonly runs: number;
}

/** Where a run stands. */
export interface Standing {
  readonly done: readonly Phase[];
  /** The phase that is under way: how long already, and which share of it is done, from 0 to 1; null where nobody counts. */
  readonly current: (Phase & { readonly share: number | null }) | null;
}

/** So many of the newest runs count. */
const window = 5;

/** Below this share of a phase its pace is mostly noise. */
const leastShare = 0.03;

/** A day's pace is believed within these bounds: one slow phase does not make the whole run four times as slow. */
const slowest = 4;

const total = (phases: readonly Phase[]) => phases.reduce((sum, { seconds }) => sum + seconds, 0);

/**
 * What a run of this size can be expected to take: of each phase the median of the last five runs, in proportion to the
 * data where both sizes are known. Null where no run says anything.
 *
 * @param runs newest first
 * @param bytes how much data this run has to do with; null where that is not known
 */
export function expectPhases(runs: readonly PastRun[], bytes: number | null): Expectation | null {
  const recent = runs.filter(({ phases }) => phases.length > 0).slice(0, window);
  const [newest] = recent;
  if (newest === undefined) return null;
  const scaled = recent.map(({ phases, bytes: before }) => {
    const scale = bytes === null || before === null || before <= 0 || bytes <= 0 ? 1 : bytes / before;
    return new Map(phases.map(({ name, seconds }) => [name, seconds * scale]));
  });
  // The newest run says which phases there are: an older one may have done more, or less.
  const phases = newest.phases.map(({ name }) => ({
    name,
    seconds: median(scaled.flatMap((run) => run.get(name) ?? [])),
  }));
  return { phases, runs: recent.length };
}

/** How many times as long as expected today's phases take. */
function paceOf({ phases }: Expectation, done: readonly Phase[]): number {
  const expected = new Map(phases.map(({ name, seconds }) => [name, seconds]));
  const known = done.filter(({ name }) => expected.has(name));
  const planned = known.reduce((sum, { name }) => sum + (expected.get(name) ?? 0), 0);
  // A second of slack on both sides: of phases that take no time nothing can be learned.
  const pace = (total(known) + 1) / (planned + 1);
  return Math.min(slowest, Math.max(1 / slowest, pace));
}

/** Seconds that are left of the phase that is under way. */
function leftOfCurrent({ seconds, share }: { seconds: number; share: number | null }, expected: number): number {
  if (share !== null && share >= leastShare) return (seconds * (1 - Math.min(1, share))) / share;
  return Math.max(0, expected - seconds);
}

/**
 * Seconds that a run will still take: of the phase under way by the share that is done, where somebody counts it, else by
 * what is expected of it; and all that is expected of the phases behind it, at today's pace. Phases that were passed over
 * are not waited for.
 */
export function secondsLeft(expectation: Expectation, { done, current }: Standing): number {
  const { phases } = expectation;
  const pace = paceOf(expectation, done);
  const begun = new Set([...done.map(({ name }) => name), ...(current === null ? [] : [current.name])]);
  const last = phases.findLastIndex(({ name }) => begun.has(name));
  const rest = total(phases.slice(last + 1)) * pace;
  if (current === null) return rest;
  const expected = (phases.find(({ name }) => name === current.name)?.seconds ?? 0) * pace;
  return leftOfCurrent(current, expected) + rest;
}

/** Seconds left of one step by its share alone; null where that says nothing yet. */
export function secondsLeftByShare(seconds: number, share: number | null): number | null {
  return share === null || share < leastShare ? null : leftOfCurrent({ seconds, share }, 0);
}

/** `a few seconds`, `about 40 s`, `about 3 min`, `about 1 h 20 min`: no more exact than an estimate is. */
export function spellRoughly(seconds: number): string {
  if (seconds < 10) return "a few seconds";
  if (seconds < 95) return `about ${Math.round(seconds / 5) * 5} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `about ${minutes} min`;
  const rest = Math.round((minutes % 60) / 10) * 10;
  const hours = Math.floor(minutes / 60) + (rest === 60 ? 1 : 0);
  return rest === 0 || rest === 60 ? `about ${hours} h` : `about ${hours} h ${rest} min`;
}
