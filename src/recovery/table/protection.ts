import { z } from "zod";
import type { Session } from "../../postgres/types.ts";
import { tableSql } from "./sql.ts";

const protectionSql = tableSql("protection");

const thingRow = z.object({ what: z.string(), state: z.string() });

/** What guards tables: grants, row level security, policies, triggers, rules and constraints, one line each. */
export type Protection = readonly z.output<typeof thingRow>[];

/** Reads what guards these tables and their partitions. */
export async function readProtection(session: Session, oids: readonly string[]): Promise<Protection> {
  return z.array(thingRow).parse(await session.query(protectionSql, [oids]));
}

/** Kinds of things that are not the same on both sides, and how many there are of each; empty where all is as it was. */
export function compareProtection(before: Protection, after: Protection): string[] {
  const lines = (side: Protection) => new Set(side.map(({ what, state }) => `${what} ${state}`));
  const [a, b] = [lines(before), lines(after)];
  const changed = [
    ...before.filter(({ what, state }) => !b.has(`${what} ${state}`)),
    ...after.filter(({ what, state }) => !a.has(`${what} ${state}`)),
  ];
  return [...new Set(changed.map(({ what }) => what))];
}

/** How many policies guard these tables. */
export function countPolicies(protection: Protection): number {
  return protection.filter(({ what }) => what === "policy").length;
}
