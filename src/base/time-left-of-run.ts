import { stopwatch } from "./clock.ts";
import type { Progress } from "./progress.ts";
import {
  type Expectation,
  type Phase,
  type Standing,
  secondsLeft,
  secondsLeftByShare,
  spellRoughly,
} from "./time-left.ts";

/** The phases of some work, each with the beginnings of its outermost steps' titles in their order: the last one ends it. */
export type PhasesOfSteps = readonly { readonly phase: string; readonly steps: readonly string[] }[];

/** The phase of a run that is recorded as a whole. */
export const wholeRun = "whole";

/** A step that is under way. */
interface Running {
  readonly seconds: () => number;
  share: number | null;
}

/**
 * The same progress, which also tells how long the whole will still take: by earlier runs of the same work, and by how
 * it goes today. Where there is no earlier run it says so once, and speaks of the step that is under way, if somebody counts
 * how far that is.
 *
 * @param expectation null where there is no earlier run
 * @param phases without it the run is one phase
 */
export function tellTimeLeft(
  progress: Progress,
  expectation: Expectation | null,
  phases: PhasesOfSteps | null = null,
): Progress {
  const sinceStart = stopwatch();
  const steps: Running[] = [];
  const done: Phase[] = [];
  let current: { readonly name: string; readonly since: () => number } | null = null;

  const leave = () => {
    if (current !== null) done.push({ name: current.name, seconds: current.since() });
    current = null;
  };
  const find = (title: string) => phases?.find(({ steps: beginnings }) => beginnings.some((b) => title.startsWith(b)));
  const enter = (title: string) => {
    const phase = find(title)?.phase;
    if (phase === undefined || phase === current?.name) return;
    leave();
    current = { name: phase, since: stopwatch() };
  };
  const ended = (title: string) => {
    if (title.startsWith(find(title)?.steps.at(-1) ?? "\0")) leave();
  };
  const standing = (): Standing => {
    if (phases === null) return { done, current: { name: wholeRun, seconds: sinceStart(), share: null } };
    // What nested steps count is a part of the phase only.
    const share = steps.length === 1 ? (steps[0]?.share ?? null) : null;
    return { done, current: current === null ? null : { name: current.name, seconds: current.since(), share } };
  };
  let admitted = false;
  const ofStep = (): string[] => {
    const step = steps.at(-1);
    const seconds = step === undefined ? null : secondsLeftByShare(step.seconds(), step.share);
    return seconds === null ? [] : [`this step: ${spellRoughly(seconds)} left`];
  };
  progress.timeLeft?.(() => {
    if (expectation === null) {
      const said = admitted ? [] : ["no earlier run to go by"];
      admitted = true;
      return [...said, ...ofStep()].join("; ") || null;
    }
    const left = secondsLeft(expectation, standing());
    const before = expectation.runs === 1 ? "the last run" : `the last ${expectation.runs} runs`;
    if (left > 0) return `${spellRoughly(left)} left, by ${before}`;
    return steps.length > 0 ? [`longer than ${before}`, ...ofStep()].join("; ") : null;
  });
  // Work within this one has nothing to tell of its own: the whole is what people wait for.
  return {
    step(title, work) {
      if (steps.length === 0) enter(title);
      const running: Running = { seconds: stopwatch(), share: null };
      steps.push(running);
      return progress.step(title, async (note) => {
        try {
          return await work((told, share) => {
            running.share = share ?? null;
            note(told, share);
          });
        } finally {
          steps.splice(steps.indexOf(running), 1);
          if (steps.length === 0) ended(title);
        }
      });
    },
    warn: (message) => progress.warn(message),
  };
}
