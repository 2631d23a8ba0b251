import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import type { Session } from "../../postgres/types.ts";
import type { Around } from "../pgbackrest/read-around.ts";
import type { LoggedTransaction } from "../pgbackrest/transactions.ts";
import { recoverySql } from "../sql.ts";
import type { Verified } from "../types.ts";
import { type Point, showInstant, showPoint } from "./point.ts";

const stateSql = recoverySql("point-in-time/transaction-state");
const stateRow = z.object({ state: z.enum(["committed", "aborted", "in progress", "not begun", "forgotten"]) });

/** What both sides of the point came to. */
export interface TwoSided {
  readonly checks: readonly Verified[];
  /** Sentences that a person should know although nothing is wrong. */
  readonly remarks: readonly string[];
}

/**
 * Shows of a copy that it is the database as of the point: the last transaction before it is in the copy, and the first one
 * after it is not. Which these are is read from the archive by pg_waldump; what has become of them is asked of the copy itself. Call
 * it before anything is written to the copy, whose own transactions take the numbers that come next.
 *
 * @param session on the copy
 */
export async function proveBothSides(session: Session, point: Point, around: Around): Promise<TwoSided> {
  const last = around.before.at(-1);
  const [first] = around.after;
  const checks = [await lastIsThere(session, point, last)];
  // The end of the archive has nothing after it; where there is something after all, the copy is not the end.
  if (point.kind !== "latest" || first !== undefined) checks.push(await firstIsNot(session, point, around));
  const { instant } = { instant: null, ...point };
  const late = around.after.filter(({ at }) => instant !== null && Temporal.Instant.compare(at, instant) <= 0);
  const idle = point.kind === "transaction" && around.rolledBack === point.xid;
  const remarks = [
    ...(idle ? [`Transaction ${point.xid} was rolled back: it changed nothing.`] : []),
    ...(late.length === 0
      ? []
      : [
          `${late.length} transactions that say they were committed at or before ${showPoint(point)} stand after others that were not, and are not in the copy: ${late.map(({ xid }) => xid).join(", ")}.`,
        ]),
    ...(point.kind === "latest" ? ["What was committed after the last archived segment is not in the copy."] : []),
  ];
  return { checks, remarks };
}

/** What has become of a transaction on a server. */
export async function stateOf(session: Session, { xid }: { xid: string }): Promise<z.output<typeof stateRow>["state"]> {
  const [row] = await session.query(stateSql, [xid]);
  return stateRow.parse(row).state;
}

const named = ({ xid, at }: LoggedTransaction) => `transaction ${xid} of ${showInstant(at)}`;

async function lastIsThere(session: Session, point: Point, last: LoggedTransaction | undefined): Promise<Verified> {
  const id = "point.before";
  const title = "The last change before the point is in the copy";
  if (last === undefined) {
    const reason = "the archive shows no transaction shortly before the point";
    return { id, title, status: "not_run", expected: "a transaction before it", actual: "none was found", reason };
  }
  const state = await stateOf(session, last);
  const inTime = point.kind !== "time" || Temporal.Instant.compare(last.at, point.instant) <= 0;
  const expected = `${named(last)} committed, ${point.kind === "time" ? `not after ${showPoint(point)}` : "before the point"}`;
  const passed = state === "committed" && inTime;
  return { id, title, status: passed ? "passed" : "failed", expected, actual: `${named(last)} ${state}`, reason: "" };
}

async function firstIsNot(session: Session, point: Point, { after: [first], rolledBack }: Around): Promise<Verified> {
  const id = "point.after";
  const title = "The first change after the point is not in the copy";
  if (first === undefined) {
    const reason = "the archive shows no transaction after the point yet";
    return { id, title, status: "not_run", expected: "a transaction after it", actual: "none was found", reason };
  }
  const state = await stateOf(session, first);
  // A roll-back changes nothing: just before it is just before what comes next.
  const after = isAfter(point, first) || (point.kind === "transaction" && rolledBack === point.xid);
  const passed = after && (state === "aborted" || state === "not begun");
  const expected = `${named(first)} not in the copy`;
  const actual = after ? `${named(first)} ${state}` : `${named(first)} is not the one that was asked for`;
  return { id, title, status: passed ? "passed" : "failed", expected, actual, reason: "" };
}

/** Whether the first transaction that was left out is the one that the point speaks of, or younger. */
function isAfter(point: Point, first: LoggedTransaction): boolean {
  switch (point.kind) {
    case "time":
      return Temporal.Instant.compare(first.at, point.instant) > 0;
    case "transaction":
      return first.xid === point.xid;
    case "latest":
      return false;
    default:
      return true;
  }
}
