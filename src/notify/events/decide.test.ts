import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyOf, type NotificationRecord } from "../ledger.ts";
import { decide } from "./decide.ts";
import type { Situation } from "./types.ts";

/** How the backup of a day of November stood at an hour of it. */
function situation(day: number, hour: number, state: Situation["state"], changes: Partial<Situation> = {}): Situation {
  const date = `2026-11-${String(day).padStart(2, "0")}`;
  return {
    topic: "backup",
    title: "Daily backup",
    database: "shop",
    day: date,
    at: new Date(Date.parse(date) + hour * 3_600_000).toISOString(),
    state,
    urgent: true,
    goodNews: state === "good" ? "Daily backup completed successfully" : null,
    lead: "",
    findings: [],
    firstStep: null,
    facts: [],
    run: { id: "1-1", url: null, actor: "schedule", commit: null, version: "0", started_at: "", finished_at: "" },
    report: "reports/x.md",
    ...changes,
  };
}

/** Plays situations one after the other, each sent on all channels, and gives the keys of what was sent. */
function play(situations: readonly Situation[]): string[] {
  const records: NotificationRecord[] = [];
  const sent: string[] = [];
  for (const each of situations) {
    for (const { subject } of decide(each, { records })) {
      const key = keyOf(subject);
      if (records.some((record) => record.key === key)) continue;
      sent.push(key.replace("shop/2026/11/", ""));
      records.push({
        kind: "notification",
        key,
        ...subject,
        state: each.state,
        at: each.at,
        told_at: each.at,
        subject: "",
        urgency: "urgent",
        run: { id: "1-1", url: null },
        about: null,
        deliveries: [{ channel: "mail", status: "sent", attempts: 1, error: null }],
      });
    }
  }
  return sent;
}

describe("the backup of a day", () => {
  const [failed, missing, arrived, seen] = [
    situation(22, 2.1, "bad"),
    situation(22, 2.5, "bad"),
    situation(22, 2.7, "good", { goodNews: null }),
    situation(22, 3, "good"),
  ];
  test("that failed is one alarm, also when the watch misses it; then it is resolved, and there", () => {
    expect(play([failed, missing, arrived, seen])).toEqual([
      "22-backup-failed",
      "22-backup-resolved",
      "22-backup-done",
    ]);
  });
  test("that went well is one message", () => expect(play([seen, seen])).toEqual(["22-backup-done"]));
  test("says nothing new when old reports are told again", () => {
    expect(play([failed, arrived, seen, failed, missing, arrived, seen])).toEqual(play([failed, arrived, seen]));
  });
  test("that fails again after it was there is a new alarm", () => {
    const again = [situation(22, 15, "bad"), situation(22, 16, "good")];
    expect(play([failed, arrived, ...again])).toEqual([
      "22-backup-failed",
      "22-backup-resolved",
      "22-backup-failed-2",
      "22-backup-resolved-2",
      "22-backup-done",
    ]);
  });
  test("that is missing on the next day too is told again, and resolved once", () => {
    expect(play([failed, situation(23, 2.5, "bad"), situation(24, 2.5, "good")])).toEqual([
      "22-backup-failed",
      "23-backup-failed",
      "23-backup-resolved",
      "24-backup-done",
    ]);
  });
  test("of which nobody can tell, and then it failed, is two alarms; the other way round one", () => {
    const unclear = situation(22, 2.4, "unclear");
    expect(play([unclear, missing])).toEqual(["22-backup-unclear", "22-backup-failed"]);
    expect(play([failed, unclear])).toEqual(["22-backup-failed"]);
  });
  test("that took too long is an alarm, unless it was missed before: then it has arrived", () => {
    const slow = situation(22, 2.8, "slow");
    expect(play([slow, slow, situation(22, 3, "slow")])).toEqual(["22-backup-failed"]);
    expect(play([missing, slow, situation(22, 3, "slow")])).toEqual(["22-backup-failed", "22-backup-resolved"]);
    expect(play([situation(21, 2.5, "bad"), slow, situation(23, 2.5, "good")])).toEqual([
      "21-backup-failed",
      "22-backup-failed",
      "22-backup-resolved",
      "23-backup-done",
    ]);
  });
  test("that was only slow, and is then found to be wrong, is an alarm of its own", () => {
    const slow = situation(22, 2.7, "slow");
    expect(play([slow, situation(22, 2.8, "bad"), slow, situation(22, 3, "bad")])).toEqual([
      "22-backup-failed",
      "22-backup-failed-2",
    ]);
    expect(play([slow, situation(22, 2.8, "bad"), situation(22, 3, "good")])).toEqual([
      "22-backup-failed",
      "22-backup-failed-2",
      "22-backup-resolved-2",
      "22-backup-done",
    ]);
  });
});

test("topics do not mix: a proof that is good resolves no backup", () => {
  const proof = situation(22, 10, "good", { topic: "weekly-proof", goodNews: null });
  expect(play([situation(22, 2, "bad"), proof])).toEqual(["22-backup-failed"]);
});

test("whatever happens: nothing twice, a failing day is told, and no relief without an alarm", () => {
  const step = fc.record({
    day: fc.integer({ min: 1, max: 5 }),
    state: fc.constantFrom("good", "bad", "unclear", "slow") satisfies fc.Arbitrary<Situation["state"]>,
    again: fc.integer({ min: 0, max: 2 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const ordered = steps.toSorted((a, b) => a.day - b.day).map((each, i) => ({ ...each, at: 2 + i / 100 }));
      const once = ordered.map(({ day, at, state }) => situation(day, at, state));
      const doubled = ordered.flatMap(({ day, at, state, again }) =>
        Array.from({ length: 1 + again }, () => situation(day, at, state)),
      );
      const sent = play(once);
      expect(new Set(sent).size).toBe(sent.length);
      expect(play(doubled)).toEqual(sent);
      // Everything once more, from the start: every report is old then.
      expect(play([...once, ...once])).toEqual(sent);
      for (const { day, state } of once) {
        if (state === "bad") expect(sent.join()).toContain(`${day.slice(-2)}-backup-failed`);
      }
      const count = (what: string) => sent.filter((key) => key.includes(what)).length;
      expect(count("resolved")).toBeLessThanOrEqual(count("failed") + count("unclear"));
    }),
  );
});
