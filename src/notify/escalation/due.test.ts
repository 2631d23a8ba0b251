import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { IncidentEvent } from "../../github/incidents/types.ts";
import { escalationDue } from "./due.ts";
import { type Step, stepMarker, steps } from "./marker.ts";

const opened = new Date("2026-11-22T02:31:00Z");
const minutes = (count: number, from = opened) => new Date(from.getTime() + count * 60_000);
const times = { answer_within: 3600, escalate_after: 7200 };
const person = { login: "ada", person: true };
const robot = { login: "github-actions[bot]", person: false };

const said = (minute: number, actor = person, text = "On it"): IncidentEvent => ({
  what: "commented",
  at: minutes(minute),
  actor,
  text,
  url: "",
});
const dueAt = (minute: number, ...events: IncidentEvent[]) =>
  escalationDue({ openedAt: opened, events }, times, minutes(minute)).due;

describe("what is due", () => {
  const assigned = (minute: number, actor = person): IncidentEvent => ({
    what: "assigned",
    at: minutes(minute),
    actor,
    login: "ada",
  });
  const dropped = (minute: number): IncidentEvent => ({
    what: "unassigned",
    at: minutes(minute),
    actor: person,
    login: "ada",
  });
  const label = (minute: number, what: "labeled" | "unlabeled" = "labeled", name = "acknowledged"): IncidentEvent => ({
    what,
    at: minutes(minute),
    actor: person,
    label: name,
  });
  test.each<[string, IncidentEvent[], number, Step[]]>([
    ["nothing within the hour", [], 59, []],
    ["the secondary contact after it", [], 60, ["secondary"]],
    ["both, where no run came before", [], 300, ["secondary", "escalation"]],
    ["only the CTO, where somebody answered", [said(30)], 300, ["escalation"]],
    ["nothing more, where a late run finds an answer", [said(70)], 90, []],
    ["the secondary, where only robots have written", [said(1, robot)], 60, ["secondary"]],
    ["the secondary, where only Ithaca has assigned", [assigned(1, robot)], 60, ["secondary"]],
    ["the secondary, where Ithaca assigned under a person's token", [assigned(1)], 60, ["secondary"]],
    ["nothing, where a person took it", [assigned(20)], 60, []],
    ["the secondary, where that person dropped it", [assigned(20), dropped(30)], 60, ["secondary"]],
    ["nothing, with the label", [label(20)], 60, []],
    ["the secondary, where the label was taken off", [label(20), label(30, "unlabeled")], 60, ["secondary"]],
    ["the secondary, with another label", [label(20, "labeled", "wontfix")], 60, ["secondary"]],
    ["nothing after it was closed", [{ what: "closed", at: minutes(50), actor: person }], 300, []],
  ])("%s", (_what, events, minute, expected) => expect(dueAt(minute, ...events)).toEqual(expected));

  test("an issue that is opened again begins anew, whatever was said and done before", () => {
    const events: IncidentEvent[] = [
      said(10),
      said(130, robot, stepMarker("escalation", opened)),
      { what: "closed", at: minutes(140), actor: person },
      { what: "reopened", at: minutes(500), actor: robot },
    ];
    expect(dueAt(559, ...events)).toEqual([]);
    expect(dueAt(560, ...events)).toEqual(["secondary"]);
    expect(dueAt(620, ...events, said(561, robot, stepMarker("secondary", minutes(500))))).toEqual(["escalation"]);
  });
});

/** Minutes of a simulated week. */
const week = 7 * 24 * 60;

/** An incident: when it opens, and when a person answers and closes it, if ever. */
const incident = fc.record({
  opens: fc.integer({ min: 0, max: week - 600 }),
  answers: fc.option(fc.integer({ min: 1, max: 400 })),
  closes: fc.option(fc.integer({ min: 1, max: 600 })),
});
/** A run every half hour: lost, late by up to two hours, or doubled. */
const run = fc.record({
  lost: fc.boolean(),
  late: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 120 })),
  doubled: fc.boolean(),
});

test("over any week with late, lost and doubled runs each step is taken once, at the first run that is due, and never else", () => {
  fc.assert(
    fc.property(
      fc.array(incident, { minLength: 1, maxLength: 6 }),
      fc.array(run, { minLength: 336, maxLength: 336 }),
      (incidents, runs) => {
        const moments = runs
          .flatMap(({ lost, late, doubled }, index) => (lost ? [] : Array(doubled ? 2 : 1).fill(index * 30 + late)))
          .sort((a: number, b: number) => a - b);
        for (const { opens, answers, closes } of incidents) {
          const openedAt = minutes(opens);
          const events: IncidentEvent[] = [];
          const taken: { step: Step; at: number }[] = [];
          const answeredAt = answers === null ? Number.POSITIVE_INFINITY : opens + answers;
          const closedAt = closes === null ? Number.POSITIVE_INFINITY : opens + closes;
          for (const now of moments.filter((moment) => moment >= opens)) {
            const happened: IncidentEvent[] = [
              ...(answeredAt <= now ? [said(answeredAt)] : []),
              ...(closedAt <= now ? [{ what: "closed" as const, at: minutes(closedAt), actor: person }] : []),
            ];
            const all = [...events, ...happened].sort((a, b) => a.at.getTime() - b.at.getTime());
            const standing = escalationDue({ openedAt, events: all }, times, minutes(now));
            for (const step of standing.due) {
              taken.push({ step, at: now });
              events.push(said(now, robot, stepMarker(step, standing.since)));
            }
          }
          for (const step of steps) {
            const from = opens + (step === "secondary" ? 60 : 120);
            const until = Math.min(closedAt, step === "secondary" ? answeredAt : Number.POSITIVE_INFINITY);
            const first = moments.find((moment) => moment >= from && moment < until);
            expect(taken.filter((each) => each.step === step).map(({ at }) => at)).toEqual(
              first === undefined ? [] : [first],
            );
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});
