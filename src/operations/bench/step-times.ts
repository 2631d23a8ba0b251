import { stopwatch } from "../../base/clock.ts";
import type { Progress } from "../../base/progress.ts";

/** Shows nothing, and remembers what each step took. */
export interface StepTimes extends Progress {
  /** Seconds by title; of a step that ran more than once, all of them. */
  readonly seconds: ReadonlyMap<string, number>;
}

/** Starts to listen. */
export function stepTimes(): StepTimes {
  const seconds = new Map<string, number>();
  return {
    seconds,
    async step(title, work) {
      const elapsed = stopwatch();
      try {
        return await work(() => {});
      } finally {
        seconds.set(title, (seconds.get(title) ?? 0) + elapsed());
      }
    },
    warn: () => {},
  };
}
