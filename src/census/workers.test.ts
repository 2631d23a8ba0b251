import { expect, test } from "vitest";
import { testDatabase } from "../../test/support/database.ts";
import type { Session } from "../postgres/types.ts";
import { openSessions, runTasks } from "./workers.ts";

// Nothing is asked of these.
const session = () => ({}) as Session;

test("a session without work waits while another may still find some", async () => {
  const [first, second] = [session(), session()];
  const bothAreThere = Promise.withResolvers<void>();
  const seen: Session[] = [];
  const found = async (who: Session) => {
    seen.push(who);
    if (seen.length === 2) bothAreThere.resolve();
    await bothAreThere.promise;
  };
  const queue = [
    async () => {
      // The other session has long found the queue empty.
      await new Promise((resolve) => setImmediate(resolve));
      queue.push(found, found);
    },
  ] as ((who: Session) => Promise<void>)[];
  const told: [number, number][] = [];
  await runTasks([first, second], queue, (finished, known) => told.push([finished, known]));
  expect(new Set(seen)).toEqual(new Set([first, second]));
  expect(told).toEqual([
    [1, 3],
    [2, 3],
    [3, 3],
  ]);
});

test("after a failure nobody begins anything", async () => {
  const begun: string[] = [];
  const late = Promise.withResolvers<void>();
  const work = runTasks(
    [session(), session()],
    [
      async () => {
        begun.push("fails");
        throw new Error("no more");
      },
      async () => {
        begun.push("goes on");
        await late.promise;
      },
      async () => void begun.push("never"),
    ],
  );
  await expect(work).rejects.toThrow("no more");
  late.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toEqual(["fails", "goes on"]);
});

test("a session that comes when all was stopped already is closed, and keeps nothing alive", async () => {
  await using database = await testDatabase();
  const stack = new AsyncDisposableStack();
  const opening = openSessions(stack, database.target, 1);
  await stack.disposeAsync();
  await expect(opening).rejects.toThrow(ReferenceError);
  const left = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ithaca census'";
  await expect.poll(() => database.session.query(left)).toEqual([]);
});
