import { describe, expect, test } from "vitest";
import { issueDesk } from "../../test/support/issue-desk.ts";
import { backupTaken, failed, green, inconclusive } from "../report/examples/reports.ts";

/* The life of an issue: opened, told again, closed. */

const desk = issueDesk();

describe("a fault", () => {
  test("opens one issue that says what to do, and is told again, grouped, until a good run closes it", async () => {
    expect(await desk.tell(failed(), "10:00")).toMatchObject([{ action: "opened", key: "inner-odyssey/proof" }]);
    const [issue] = await desk.issues();
    expect(issue).toMatchObject({ state: "open", title: "inner-odyssey: the proof failed" });
    expect(issue?.labels.map(({ name }) => name).sort()).toEqual(["database: inner-odyssey", "ithaca", "on-call"]);
    expect(issue?.assignees.map(({ login }) => login)).toEqual(["ada"]);
    const body = issue?.body ?? "";
    expect(body).toMatch(/^<!-- ithaca:key=inner-odyssey\/proof -->\n/);
    for (const said of [
      "**Do not rely on this backup until this is cleared up.**",
      "docs/runbook.md#proof-failed)",
      "/blob/main/reports/2026/11/23-weekly-run-1000-inner-odyssey.md)",
      "[the run](https://github.com/",
      "**2026-11-23 11:00 UTC** (1 h): @ada (DevOps Team Lead) has answered",
      "**2026-11-23 12:00 UTC** (2 h): it is resolved. Else CTO is told",
      "## Findings",
      "`public.user_progress`",
    ]) {
      expect(body).toContain(said);
    }
    // Links within the report's page lead to that page; a hostile name forges no marker.
    expect(body).not.toContain("](#");
    expect(body.match(/<!-- /g)).toHaveLength(2);

    expect(await desk.tell(failed(), "10:20")).toMatchObject([{ action: "updated" }]);
    expect(await desk.comments(1)).toEqual([]);
    expect((await desk.issues())[0]?.body).toContain("Seen 2 times.");
    expect(await desk.tell(inconclusive({ kind: "manual" }), "10:30")).toMatchObject([{ action: "commented" }]);
    expect((await desk.comments(1))[0]).toMatch(
      /^\*\*Again, and something else than before: the proof could not be run\*\* \(3 times/,
    );
    expect(await desk.tell(inconclusive({ kind: "daily" }), "10:40")).toMatchObject([{ action: "commented" }]);
    expect(await desk.tell(inconclusive({ kind: "daily" }), "10:50")).toMatchObject([{ action: "updated" }]);
    expect(await desk.tell(inconclusive({ kind: "daily" }), "11:50")).toMatchObject([{ action: "commented" }]);

    expect(await desk.tell(green(), "12:00")).toMatchObject([{ action: "closed", number: 1 }]);
    const [closed, ...others] = await desk.issues();
    expect(others).toEqual([]);
    expect(closed).toMatchObject({ state: "closed", state_reason: "completed" });
    const last = (await desk.comments(1)).at(-1) ?? "";
    expect(last).toMatch(/^✅ \*\*It is in order again\*\*, after \d/);
    expect(last).toContain("23-weekly-run-1200-inner-odyssey.md");
    expect(await desk.tell(green(), "13:00")).toEqual([]);
    expect(await desk.tell(failed(), "14:00")).toMatchObject([{ action: "opened", number: 2 }]);
  });

  test("a job that is run again tells nothing twice", async () => {
    const path = await desk.written(failed(), "10:00");
    const again = () => desk.raise({ reports: [path] });
    await again();
    desk.at("2026-11-23T18:00:00Z");
    expect(await again()).toMatchObject([{ action: "unchanged", number: 1 }]);
    expect(await desk.comments(1)).toEqual([]);
  });

  test("each kind has an issue of its own, and is closed only by its like", async () => {
    const noBackup = backupTaken({ verdict: "inconclusive", backup: null, reason: "The host db.example.org is away." });
    await desk.tell(noBackup, "02:00");
    await desk.tell(failed(), "10:00");
    const tests = { passed: 3, failed: 1, skipped: 0, tests: [] };
    expect(await desk.tell(green({ kind: "monthly", rehearsal: tests }), "10:10")).toMatchObject([
      { key: "inner-odyssey/rehearsal", action: "opened" },
    ]);
    // A proof without the app's tests says nothing of them.
    expect(await desk.tell(green(), "11:00")).toMatchObject([{ key: "inner-odyssey/proof", action: "closed" }]);
    expect(await desk.tell(green({ rehearsal: { ...tests, failed: 0 } }), "11:30")).toMatchObject([
      { key: "inner-odyssey/rehearsal", action: "closed" },
    ]);
    expect(await desk.tell(backupTaken(), "12:00")).toMatchObject([{ key: "inner-odyssey/backup", action: "closed" }]);
    expect((await desk.issues()).map(({ title }) => title)).toEqual([
      "inner-odyssey: no backup could be taken",
      "inner-odyssey: the proof failed",
      "inner-odyssey: the app's tests fail on the restored copy",
    ]);
  });

  test("is not closed by a run that began before it, nor by the proof of an older backup", async () => {
    await desk.tell(failed(), "10:00");
    expect(await desk.tell(green(), "09:30")).toEqual([]);
    const { backup } = green();
    const older = backup === null ? null : { ...backup, taken_at: "2026-11-20T02:00:00.000Z" };
    expect(await desk.tell(green({ backup: older }), "11:00")).toEqual([]);
    expect((await desk.issues())[0]?.state).toBe("open");
  });

  test("says nothing of demos and of copies that were damaged on purpose", async () => {
    expect(await desk.tell(failed({ damaged: true }), "10:00")).toEqual([]);
    expect(await desk.tell(failed({ kind: "demo" }), "10:10")).toEqual([]);
    expect(await desk.issues()).toEqual([]);
  });

  test("two runs at once: one issue in the end", async () => {
    const paths = await Promise.all(["10:00", "10:01", "10:02"].map((hour) => desk.written(failed(), hour)));
    await Promise.all(paths.map((path) => desk.raise({ reports: [path] })));
    const all = await desk.issues();
    expect(all.filter(({ state }) => state === "open")).toHaveLength(1);
    expect(all.find(({ state }) => state === "open")?.number).toBe(1);
    for (const { number, state_reason } of all.slice(1)) {
      expect(state_reason).toBe("not_planned");
      expect((await desk.comments(number))[0]).toMatch(/^Duplicate of #1\n/);
    }
  });

  test("a dozen failing runs more are no further issue, and no dozen of comments", async () => {
    const path = await desk.written(failed(), "10:00");
    await desk.raise({ reports: [path] });
    const nights = await Promise.all(
      Array.from({ length: 12 }, (_, night) => desk.written(failed(), `11:${10 + night}`)),
    );
    await desk.raise({ reports: nights });
    expect(await desk.issues()).toHaveLength(1);
    expect((await desk.comments(1)).length).toBeLessThanOrEqual(1);
  });
});
