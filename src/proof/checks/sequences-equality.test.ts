import fc from "fast-check";
import { expect, test } from "vitest";
import { census, proofContext } from "../../../test/support/proof.ts";
import type { SequenceCensus, SequenceState } from "../../census/types.ts";
import { compareSequence, sequencesEquality } from "./sequences-equality.ts";

const state = (last_value: number | string, is_called = true): SequenceState => ({
  last_value: String(last_value),
  is_called,
});

function sequence(before: SequenceState, after = before, increment = "1", cycles = false): SequenceCensus {
  return { before, after, increment, cycles };
}

test("on an idle source the copy must stand exactly there, called or not", () => {
  const source = sequence(state(10));
  expect(compareSequence(source, sequence(state(10)))).toBe("equal");
  expect(compareSequence(source, sequence(state(10, false)))).toBe("outside");
  expect(compareSequence(source, sequence(state(9)))).toBe("outside");
  expect(compareSequence(source, sequence(state(11)))).toBe("outside");
  expect(compareSequence(source, sequence(state(10), state(11))), "a copy that moves").toBe("outside");
});

test("on a busy source the copy lies between both readings, whichever way the sequence counts", () => {
  const up = sequence(state(10), state(20));
  expect([10, 15, 20].map((value) => compareSequence(up, sequence(state(value))))).toEqual(Array(3).fill("between"));
  expect(compareSequence(up, sequence(state(10, false)))).toBe("outside");
  expect(compareSequence(up, sequence(state(21)))).toBe("outside");
  const down = sequence(state(-10), state(-20), "-1");
  expect(compareSequence(down, sequence(state(-15)))).toBe("between");
  expect(compareSequence(down, sequence(state(-9)))).toBe("outside");
  expect(compareSequence(down, sequence(state(-21)))).toBe("outside");
});

test("values beyond what a double holds are compared exactly", () => {
  const source = sequence(state("9223372036854775806"));
  expect(compareSequence(source, sequence(state("9223372036854775807")))).toBe("outside");
});

test("a sequence that cycled or was set back during the backup cannot be judged; one that stood still can", () => {
  expect(compareSequence(sequence(state(9), state(2), "1", true), sequence(state(5)))).toBe("undecidable");
  expect(compareSequence(sequence(state(2), state(9), "1", true), sequence(state(1)))).toBe("undecidable");
  expect(compareSequence(sequence(state(100), state(1)), sequence(state(50)))).toBe("undecidable");
  expect(compareSequence(sequence(state(2), state(2), "1", true), sequence(state(1)))).toBe("outside");
});

test("whatever nextval hands out between the readings is accepted", () => {
  const increment = fc.integer({ min: -5, max: 5 }).filter((by) => by !== 0);
  fc.assert(
    fc.property(fc.integer(), increment, fc.nat(50), fc.nat(50), fc.boolean(), (start, by, early, late, called) => {
      const at = (steps: number) => (steps === 0 ? state(start, called) : state(start + by * steps));
      const source = sequence(at(0), at(early + late), String(by));
      expect(compareSequence(source, sequence(at(early)))).toBe(early + late === 0 ? "equal" : "between");
    }),
  );
});

test("sequences.equality: missing, surplus and displaced sequences fail; equal ones pass", async () => {
  const expected = census({ sequences: { "public.a_seq": sequence(state(5)), "public.b_seq": sequence(state(1)) } });
  expect(await sequencesEquality.run(proofContext({ expected, copy: expected }))).toMatchObject({
    status: "passed",
    actual: "2 sequences in place",
  });
  const copy = census({ sequences: { "public.a_seq": sequence(state(1, false)), "public.c_seq": sequence(state(1)) } });
  expect(await sequencesEquality.run(proofContext({ expected, copy }))).toMatchObject({
    status: "failed",
    findings: [
      { object: "public.a_seq", attribute: "value", expected: "5", actual: "1 (not called)" },
      { object: "public.b_seq", expected: "present", actual: "missing" },
      { object: "public.c_seq", expected: "absent", actual: "present" },
    ],
  });
});

test("sequences.equality: what moved meanwhile is counted, and what may have been dumped with any value is not covered", async () => {
  const expected = census({
    sequences: { "public.busy_seq": sequence(state(1), state(9)), "public.set_back_seq": sequence(state(9), state(1)) },
  });
  const copy = census({
    sequences: { "public.busy_seq": sequence(state(5)), "public.set_back_seq": sequence(state(3)) },
  });
  expect(await sequencesEquality.run(proofContext({ expected, copy }))).toMatchObject({
    status: "passed",
    actual: "2 sequences in place, 1 of them moving during the backup",
    notCovered: [{ what: "The value of sequence public.set_back_seq" }],
  });
});

test("sequences.equality: what went with an extension that was left out is not covered", async () => {
  const expected = census({
    sequences: { "cron.jobid_seq": sequence(state(1)) },
    inventory: [{ kind: "extension", name: "pg_cron", attributes: { configuration: { "cron.jobid_seq": "" } } }],
  });
  const skipped = {
    what: "extension pg_cron",
    why: "it would run jobs",
    kind: "extension",
    object: "pg_cron",
  } as const;
  const outcome = await sequencesEquality.run(proofContext({ expected, restoreSkipped: [skipped] }));
  expect(outcome.status).toBe("passed");
  expect(outcome.notCovered).toHaveLength(1);
});
