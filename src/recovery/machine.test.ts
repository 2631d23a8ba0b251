import fc from "fast-check";
import { expect, test } from "vitest";
import { apply, events, isPossible, resumption, type State, standings, start, steps, writingSteps } from "./machine.ts";

/** A way through the table by arbitrary choices, to its end. */
function walk(choices: readonly number[]): { path: State[]; events: string[] } {
  const path = [start];
  const taken: string[] = [];
  for (const choice of choices) {
    const state = path.at(-1) ?? start;
    const possible = events.filter((event) => isPossible(state, event));
    const event = possible[choice % Math.max(1, possible.length)];
    if (event === undefined) break;
    taken.push(`${state.step}: ${event}`);
    path.push(apply(state, event));
  }
  return { path, events: taken };
}

const ways = fc.array(fc.nat(), { minLength: steps.length + 2, maxLength: 40 });

test("every way ends, with an outcome, and nothing happens after the end", () => {
  fc.assert(
    fc.property(ways, (choices) => {
      const end = walk(choices).path.at(-1);
      expect(end?.step).toBe("ended");
      expect(end?.outcome).not.toBeNull();
      expect(events.filter((event) => end !== undefined && isPossible(end, event))).toEqual([]);
    }),
  );
});

test("nothing is written before a confirmation and a safety backup, and nothing is recovered without a verification", () => {
  fc.assert(
    fc.property(ways, (choices) => {
      const { path, events: taken } = walk(choices);
      const writes = path.findIndex(({ step }) => writingSteps.has(step));
      if (writes >= 0)
        expect(taken.slice(0, writes)).toEqual(expect.arrayContaining(["confirm: done", "safety_backup: done"]));
      if (path.at(-1)?.outcome === "recovered") {
        expect(taken).toEqual(expect.arrayContaining(["execute: done", "verify: done", "watch: done", "record: done"]));
        expect(taken).not.toContain("roll_back: undone");
      }
    }),
  );
});

test("a fault after the first write always leads through a roll-back, and people are told", () => {
  fc.assert(
    fc.property(ways, (choices) => {
      const { events: taken } = walk(choices);
      const faulty = taken.some((event) => /^(quiesce|execute|verify): fault$/.test(event));
      expect(taken.some((event) => event.startsWith("roll_back"))).toBe(faulty);
      const confirmed = taken.includes("confirm: done");
      expect(taken.some((event) => event.startsWith("announce"))).toBe(confirmed);
      expect(taken.includes("record: done")).toBe(confirmed);
    }),
  );
});

test("a run after a crash goes on in a state from which the end is reached, and never skips the verification", () => {
  const states = fc.constantFrom(...steps).map((step): State => ({ step, outcome: null }));
  fc.assert(
    fc.property(states, fc.constantFrom(...standings), (state, standing) => {
      const next = resumption(state, standing);
      if (!writingSteps.has(state.step)) expect(next).toEqual(state);
      else if (standing === "unclear") expect(next).toEqual({ step: "announce", outcome: "needs_person" });
      else expect(["quiesce", "verify", "roll_back"]).toContain(next.step);
      // The verification is skipped only where a roll-back had begun, or a person must look.
      if (standing === "done" && state.step !== "roll_back" && writingSteps.has(state.step))
        expect(next.step).toBe("verify");
    }),
  );
});

test("an event that cannot happen is refused", () => {
  expect(() => apply(start, "undone")).toThrow("undone cannot happen in select");
  expect(() => apply({ step: "ended", outcome: "recovered" }, "done")).toThrow("cannot happen in ended");
});
