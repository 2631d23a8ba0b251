import { silentProgress } from "../../src/base/progress.ts";
import { takeCopyCensus } from "../../src/census/copy-census.ts";
import { readCensus } from "../../src/census/read-census.ts";
import { listRelations } from "../../src/census/relations.ts";
import { prepareCopyViews } from "../../src/census/roles/copy-views.ts";
import { wholeScope } from "../../src/census/scope.ts";
import type { Census, Scope } from "../../src/census/types.ts";
import type { DatabasePlan } from "../../src/plan/schema.ts";
import { connect } from "../../src/postgres/connect.ts";
import type { Session, Target } from "../../src/postgres/types.ts";
import { rolesVisibility } from "../../src/proof/checks/roles-visibility.ts";
import type { CheckOutcome } from "../../src/proof/types.ts";
import { census, proofContext } from "./proof.ts";

/** The census of a source as a backup takes it, without lock, snapshot and dump around it. */
export async function sourceCensus(target: Target, database: DatabasePlan, scope: Scope = wholeScope): Promise<Census> {
  await using session = await connect(target, { readOnly: true });
  const relations = await listRelations(session);
  const order = { read: {}, scope, database, relations, countOnly: new Map(), note: () => {} };
  return census(await readCensus([session], { ...order, largeObjects: "forbidden" }));
}

/** What the roles see of a copy, and nothing else of it, in the transaction that is open on the session. */
async function onlyViews(session: Session, database: DatabasePlan, expected: Census, scope: Scope): Promise<Census> {
  const { role_views: seen } = expected;
  if (seen === undefined) return expected;
  const relations = await listRelations(session);
  const views = await prepareCopyViews(session, { read: { within: true }, scope, database, relations }, seen);
  for (const { run } of views.tasks) await run(session);
  for (const task of views.followUps()) await task(session);
  const found = views.result();
  return found === undefined ? expected : { ...expected, role_views: found };
}

/** Asks `roles.visibility` about what is read of a copy in the transaction that is open on the session. */
export async function seenOnCopy(
  session: Session,
  database: DatabasePlan,
  expected: Census,
  more: Partial<Census> = {},
): Promise<CheckOutcome> {
  const copy = await onlyViews(session, database, expected, wholeScope);
  return rolesVisibility.run(proofContext({ database, expected, copy: { ...copy, ...more } }));
}

/** The census of a copy as a proof takes it. */
export function copyCensus(target: Target, database: DatabasePlan, expected: Census): Promise<Census> {
  return takeCopyCensus({ target, scope: wholeScope, database, expected, workers: 1, progress: silentProgress });
}

/** Findings as lines: `public.t seen by anon: 0 rows -> 3 rows`. */
export function told({ findings = [] }: CheckOutcome): string[] {
  return findings.map(({ object, attribute, expected, actual }) => `${object} ${attribute}: ${expected} -> ${actual}`);
}
