import { spellAmount } from "../../base/spell.ts";
import { listRelations } from "../../census/relations.ts";
import { readSamples } from "../../census/samples.ts";
import { findColumn } from "../column.ts";
import { publicHash, publicKey } from "../keys.ts";
import { canonical, lookUp } from "../names.ts";
import { judge, notApplicable } from "../outcome.ts";
import { inReadOnly } from "../read-only.ts";
import { rlsFindings } from "../rls.ts";
import type { Check, CheckOutcome, Finding, ProofContext } from "../types.ts";

/** Random records of the source, read again on the copy by their keys and compared by hash. */
async function sampleFindings({ database, expected, session, hashKey }: ProofContext): Promise<Finding[]> {
  const { smoke } = database;
  if (smoke === undefined) return [];
  const keys = expected.samples.map(({ key }) => key);
  const read = await inReadOnly(session, {}, async () =>
    readSamples(session, await listRelations(session), smoke, keys),
  );
  const type = (await findColumn(session, smoke.table, smoke.key))?.type ?? "unknown";
  const found = new Map(read.map(({ key, hash }) => [key, hash]));
  return expected.samples.flatMap(({ table, key, hash }) => {
    const copy = found.get(key);
    if (copy === hash) return [];
    const attribute = `${smoke.key} ${publicKey([{ value: key, type }], hashKey)}`;
    const actual = copy === undefined ? "missing" : publicHash(copy, hashKey);
    return [{ object: table, attribute, expected: publicHash(hash, hashKey), actual }];
  });
}

/**
 * The plan's weekly smoke tests: random user records read on the copy, the total count, and row level security on their
 * table where the plan demands it. The keys were drawn on the source when the backup was taken, so that an empty or
 * exchanged table cannot choose its own sample.
 */
export const smokeRecords: Check = {
  id: "smoke.records",
  title: "Random records read on the copy are the source's",
  async run(context: ProofContext): Promise<CheckOutcome> {
    const { database, expected, copy, session } = context;
    const { smoke } = database;
    if (smoke === undefined) return notApplicable("Random records", "the plan names no smoke table");
    const [source, restored] = [lookUp(expected.tables, smoke.table), lookUp(copy.tables, smoke.table)];
    if (source === undefined) {
      const actual = "not in the backup";
      return judge({
        expected: `records of ${smoke.table}`,
        actual,
        findings: [{ object: smoke.table, attribute: "table", expected: "counted on the source", actual }],
      });
    }
    const samples = spellAmount(expected.samples.length, "random record");
    const total = spellAmount(source.rows, "record");
    // A census of an older plan has no sample of this table: then nothing was compared.
    const due = Math.min(smoke.rows, source.rows);
    if (due > 0 && expected.samples.every(({ table }) => canonical(table) !== canonical(smoke.table))) {
      const reason = `no record of ${smoke.table} was drawn when the backup was taken`;
      return {
        status: "not_run",
        expected: `${spellAmount(due, "random record")} of ${total}`,
        actual: "none",
        reason,
      };
    }
    const findings = await sampleFindings(context);
    if (source.rows !== restored?.rows) {
      const actual = restored === undefined ? "missing" : String(restored.rows);
      findings.push({ object: smoke.table, attribute: "rows", expected: String(source.rows), actual });
    }
    const protectedBy = database.rls_tables.filter((table) => canonical(table) === canonical(smoke.table));
    findings.push(...(await rlsFindings(session, protectedBy)));
    const rls = protectedBy.length > 0 ? ", row level security on" : "";
    return judge({
      expected: `${samples} of ${total} by hash${rls}`,
      actual: findings.length === 0 ? `${samples} of ${total} equal${rls}` : spellAmount(findings.length, "difference"),
      findings,
    });
  },
};
