import { spellAmount } from "../../base/spell.ts";
import type { SequenceCensus, SequenceState } from "../../census/types.ts";
import { leftOutRelations } from "../left-out.ts";
import { canonical } from "../names.ts";
import { judge } from "../outcome.ts";
import type { Check, CheckOutcome, Finding, NotCovered, ProofContext } from "../types.ts";

/**
 * Where a sequence stands, as one number that grows with each `nextval` whichever way the sequence counts: a value that
 * was handed out comes right after the same value that was only set.
 */
function position({ last_value, is_called }: SequenceState, increment: bigint): bigint {
  const value = BigInt(last_value) * 2n;
  const forward = increment < 0n ? -value : value;
  return forward + (is_called ? 1n : 0n);
}

const show = ({ last_value, is_called }: SequenceState) => `${last_value}${is_called ? "" : " (not called)"}`;

/** How one sequence of the copy stands to the source's two readings. */
export function compareSequence(
  expected: SequenceCensus,
  copy: SequenceCensus,
): "equal" | "between" | "outside" | "undecidable" {
  const increment = BigInt(expected.increment);
  const [before, after, first, last] = [expected.before, expected.after, copy.before, copy.after].map((state) =>
    position(state, increment),
  ) as [bigint, bigint, bigint, bigint];
  // The copy stands still; one that moves is counted by somebody else.
  if (first !== last) return "outside";
  if (before === after) return first === before ? "equal" : "outside";
  if (before < after) {
    if (first >= before && first <= after) return "between";
    return expected.cycles ? "undecidable" : "outside";
  }
  // It went back while the backup was taken: by its cycle, or by a setval. Any value may have been the dumped one.
  return "undecidable";
}

/**
 * Sequences ignore snapshots, so the dump's value is only known to lie between the readings before and after it. On an
 * idle source the two are one, and the copy must stand exactly there.
 */
export const sequencesEquality: Check = {
  id: "sequences.equality",
  title: "Every sequence goes on where the source's would",
  run(context: ProofContext): CheckOutcome {
    const { expected, copy } = context;
    const leftOut = leftOutRelations(context);
    const findings: Finding[] = [];
    const notCovered: NotCovered[] = [];
    let between = 0;
    for (const [name, source] of Object.entries(expected.sequences)) {
      const state = copy.sequences[name];
      if (state === undefined && leftOut.has(canonical(name))) {
        notCovered.push({
          what: `The value of sequence ${name}`,
          why: "it belongs to an extension that the copy lacks",
        });
        continue;
      }
      if (state === undefined) {
        findings.push({ object: name, attribute: "sequence", expected: "present", actual: "missing" });
        continue;
      }
      const result = compareSequence(source, state);
      if (result === "between") between += 1;
      if (result === "undecidable") {
        notCovered.push({
          what: `The value of sequence ${name}`,
          why: "it cycled or was set back while the backup was taken, so any of its values may be the dumped one",
        });
      }
      if (result === "outside") {
        const [from, to] = [show(source.before), show(source.after)];
        findings.push({
          object: name,
          attribute: "value",
          expected: from === to ? from : `${from} to ${to}`,
          actual: show(state.after),
        });
      }
    }
    for (const name of Object.keys(copy.sequences)) {
      if (name in expected.sequences) continue;
      findings.push({ object: name, attribute: "sequence", expected: "absent", actual: "present" });
    }
    const total = Object.keys(expected.sequences).length;
    return judge({
      expected: spellAmount(total, "sequence"),
      actual:
        findings.length === 0
          ? `${spellAmount(total, "sequence")} in place${between > 0 ? `, ${between} of them moving during the backup` : ""}`
          : `${spellAmount(findings.length, "sequence")} out of place`,
      findings,
      notCovered,
    });
  },
};
