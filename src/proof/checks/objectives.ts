import { notApplicable } from "../outcome.ts";
import type { Check, CheckOutcome, ProofContext } from "../types.ts";

/** `90` becomes `1 min 30 s`; the two largest units that are not zero. */
export function spell(seconds: number): string {
  const units = [
    [86_400, "d"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
  ] as const;
  const words: string[] = [];
  let rest = Math.round(seconds);
  for (const [size, unit] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) words.push(`${count} ${unit}`);
  }
  return words.slice(0, 2).join(" ") || "0 s";
}

interface Objective {
  readonly id: string;
  readonly title: string;
  readonly what: string;
  readonly why: string;
  readonly target: (context: ProofContext) => number;
  readonly measured: (context: ProofContext) => number | null;
}

function objective({ id, title, what, why, target, measured }: Objective): Check {
  return {
    id,
    title,
    run(context): CheckOutcome {
      const [promised, took] = [target(context), measured(context)];
      if (took === null) return notApplicable(what, why);
      const isOfFuture = took < 0;
      const expected = `at most ${spell(promised)}`;
      const actual = isOfFuture ? `taken ${spell(-took)} in the future` : spell(took);
      if (took <= promised && !isOfFuture) return { status: "passed", expected, actual };
      const attribute = id.slice(id.indexOf(".") + 1);
      return { status: "failed", expected, actual, findings: [{ object: "plan", attribute, expected, actual }] };
    },
  };
}

/** The restore was as fast as the plan promises. */
export const objectiveRto = objective({
  id: "objectives.rto",
  title: "The restore keeps the recovery time objective",
  what: "The recovery time objective",
  why: "the time of this restore could not be measured",
  target: ({ plan }) => plan.objectives.rto,
  measured: ({ measured }) => measured.rtoSeconds,
});

/** The newest data in the backup is as young as the plan promises. */
export const objectiveRpo = objective({
  id: "objectives.rpo",
  title: "The backup keeps the recovery point objective",
  what: "The recovery point objective",
  why: "the age of the backup says nothing here, since an older one was asked for or its time is not known",
  target: ({ plan }) => plan.objectives.rpo,
  measured: ({ measured }) => measured.rpoSeconds,
});
