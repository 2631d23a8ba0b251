import { runTasks } from "../../census/workers.ts";
import { connect } from "../../postgres/connect.ts";
import type { Session, Target } from "../../postgres/types.ts";
import { inBatches, oneByOneIfNeeded } from "../constraints/batches.ts";
import { inReadOnly } from "../read-only.ts";
import type { Examination, ExaminationLevel, Finding } from "../types.ts";
import { type Amcheck, installAmcheck } from "./amcheck.ts";
import { type HeapFaults, judgeHeap, judgeThrown } from "./findings.ts";
import { listPhysical, type PhysicalRelation } from "./relations.ts";

/** So many faults of one table are told where they are; all are counted. */
const shownFaults = 3;

function heapSql({ schema }: Amcheck, level: ExaminationLevel): string {
  // Faults of one table may be as many as its rows.
  return `SELECT asked.oid::float8 AS oid, count(fault.blkno)::float8 AS count,
      coalesce(json_agg(json_build_object('page', fault.blkno, 'row', fault.offnum, 'message', fault.msg)
        ORDER BY fault.blkno, fault.offnum) FILTER (WHERE fault.number <= ${shownFaults}), '[]') AS first
    FROM unnest($1::bigint[]) AS asked(oid)
    LEFT JOIN LATERAL (
      SELECT found.*, row_number() OVER () AS number
        FROM ${schema}.verify_heapam(asked.oid::oid::regclass, check_toast => ${level === "full"}) AS found
    ) AS fault ON true
    GROUP BY asked.oid`;
}

function indexSql({ schema, knows }: Amcheck, level: ExaminationLevel, method: string): string {
  if (method === "gin") return `SELECT ${schema}.gin_index_check(oid::oid) FROM unnest($1::bigint[]) AS asked(oid)`;
  const unique = knows.uniqueness ? ", checkunique => true" : "";
  const call =
    level === "full"
      ? `bt_index_parent_check(asked.oid::oid, heapallindexed => true, rootdescend => true${unique})`
      : `bt_index_check(asked.oid::oid, heapallindexed => false${unique})`;
  return `SELECT ${schema}.${call} FROM unnest($1::bigint[]) AS asked(oid)`;
}

class Examiner {
  readonly findings: Finding[] = [];
  readonly unproven: string[] = [];
  readonly amcheck: Amcheck;
  readonly level: ExaminationLevel;

  constructor(amcheck: Amcheck, level: ExaminationLevel) {
    this.amcheck = amcheck;
    this.level = level;
  }

  async look(session: Session, batch: readonly PhysicalRelation[]): Promise<void> {
    const work = (items: readonly PhysicalRelation[]) =>
      // An index on an expression is asked for what that expression gives.
      inReadOnly(session, { ownValues: true }, () =>
        items[0]?.index === null ? this.lookAtHeaps(session, items) : this.lookAtIndexes(session, items),
      );
    const found = await oneByOneIfNeeded(batch, work, (relation, thrown) => {
      const judged = judgeThrown(relation, thrown);
      if (typeof judged === "string") this.unproven.push(judged);
      else this.findings.push(judged);
    });
    this.findings.push(...found);
  }

  private async lookAtHeaps(session: Session, items: readonly PhysicalRelation[]): Promise<Finding[]> {
    const sql = heapSql(this.amcheck, this.level);
    const rows = await session.query<HeapFaults & { oid: number }>(sql, [items.map(({ oid }) => oid)]);
    const byOid = new Map(rows.map((row) => [row.oid, row]));
    return items.flatMap((relation) => judgeHeap(relation, byOid.get(relation.oid) ?? { count: 0, first: [] }));
  }

  private async lookAtIndexes(session: Session, items: readonly PhysicalRelation[]): Promise<Finding[]> {
    const oids = items.map(({ index_oid }) => index_oid);
    await session.query(indexSql(this.amcheck, this.level, items[0]?.method ?? ""), [oids]);
    return [];
  }
}

/**
 * Lets PostgreSQL's amcheck look at the pages of a copy, with several connections. It is installed for that moment and
 * taken away again. Null where the server does not have it.
 *
 * @param target the copy, with the right to write it
 * @param workers connections to use at most
 */
export async function examineStorage(
  target: Target,
  level: ExaminationLevel,
  workers: number,
): Promise<Examination | null> {
  await using amcheck = await installAmcheck(target);
  if (amcheck === null) return null;
  await using stack = new AsyncDisposableStack();
  const open = () => connect(target, { readOnly: true, applicationName: "ithaca amcheck" });
  const first = stack.use(await open());
  const relations = await inReadOnly(first, {}, () => listPhysical(first, level === "full"));
  const methods = new Set(["btree", ...(amcheck.knows.gin ? ["gin"] : [])]);
  const tables = relations.filter(({ index, method }) => index === null && method === "heap");
  const indexes = relations.filter(({ index, method }) => index !== null && methods.has(method));
  const unknown = new Map<string, number>();
  for (const { method } of relations) {
    if (method !== "heap" && !methods.has(method)) unknown.set(method, (unknown.get(method) ?? 0) + 1);
  }
  const examiner = new Examiner(amcheck, level);
  const batches = [tables, ...Map.groupBy(indexes, ({ method }) => method).values()]
    .flatMap(inBatches)
    .sort((a, b) => sizeOf(b) - sizeOf(a));
  const sessions = [first];
  while (sessions.length < Math.min(workers, batches.length)) sessions.push(stack.use(await open()));
  await runTasks(
    sessions,
    batches.map((batch) => (session) => examiner.look(session, batch)),
  );
  const { findings, unproven } = examiner;
  findings.sort((a, b) => (`${a.object} ${a.attribute}` < `${b.object} ${b.attribute}` ? -1 : 1));
  return { level, findings, unproven, looked: { tables: tables.length, indexes: indexes.length }, unknown };
}

const sizeOf = (batch: readonly PhysicalRelation[]) => batch.reduce((sum, { bytes }) => sum + bytes, 0);
