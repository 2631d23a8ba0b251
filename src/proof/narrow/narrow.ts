import { scopeOf } from "../../backup/manifest.ts";
import type { Progress } from "../../base/progress.ts";
import { spellAmount } from "../../base/spell.ts";
import type { Target } from "../../postgres/types.ts";
import { describeEntry } from "../../restore/archive.ts";
import { describeFailure } from "../failure.ts";
import { publicKey } from "../keys.ts";
import { lookUp } from "../names.ts";
import type { CheckResult, Finding, ProofContext } from "../types.ts";
import { type Loading, loadArchiveRows } from "./archive-rows.ts";
import { compareRows, type RowComparison, type RowDifference } from "./compare-rows.ts";
import { findTables, type NarrowTable } from "./table.ts";
import { openWorkbench } from "./workbench.ts";

/** So many tables are narrowed down: where more differ, the rows of a few say enough, and each costs a load. */
const narrowedTables = 10;

export interface NarrowOptions {
  readonly context: ProofContext;
  /** What the checks came to. */
  readonly checks: readonly CheckResult[];
  /** The backup's directory. */
  readonly directory: string;
  /** Brings single files of the backup once more, since they may be gone by now; null where they stay. */
  readonly again?: Loading["again"];
  /** The throwaway, with the right to write it. */
  readonly target: Target;
  readonly progress: Progress;
}

/** Whether the restore's ledger has an error of the table's rows: what is missing then was never there. */
function wasNotLoaded({ relations }: NarrowTable, { restoreErrors }: ProofContext): boolean {
  const entries = relations.map(({ schema, name }) =>
    describeEntry({ desc: "TABLE DATA", namespace: schema, tag: name }),
  );
  return restoreErrors.some(({ object }) => entries.includes(object));
}

/** Which side is off: the archive against the census of the source. */
function sideFinding(table: NarrowTable, context: ProofContext, archive: { rows: number; hash: string }): Finding {
  const source = lookUp(context.expected.tables, table.name);
  const finding = (actual: string): Finding => ({
    object: table.name,
    attribute: "archive",
    expected: `the source's ${spellAmount(source?.rows ?? 0, "row")}`,
    actual,
  });
  const asMany = archive.rows === source?.rows;
  if (asMany && (source.hash === null || source.hash === archive.hash)) {
    return wasNotLoaded(table, context)
      ? finding("the same: the restore did not bring all of them in, and its errors say why")
      : finding("the same: the copy was changed after it was loaded");
  }
  const lacking = "the archive does not hold what was backed up";
  // The census has one hash of all columns, so nobody can tell these two apart.
  return asMany && table.columns.some(({ generated }) => generated !== null)
    ? finding(`as many, of other content: ${lacking}, or its generated columns, computed anew, come out otherwise`)
    : finding(`not the source's (${spellAmount(archive.rows, "row")}): ${lacking}`);
}

function rowFinding(table: NarrowTable, { change, key, columns }: RowDifference, hashKey: Buffer): Finding {
  const name = table.key === null ? "row" : table.key.join(",");
  const object = `${table.name} ${name}=${publicKey(key, hashKey)}`;
  if (change === "missing") return { object, attribute: "row", expected: "as in the archive", actual: "missing" };
  if (change === "extra") return { object, attribute: "row", expected: "not in the archive", actual: "present" };
  return { object, attribute: columns.join(", "), expected: "as in the archive", actual: "changed" };
}

function rowFindings(table: NarrowTable, { totals, rows }: RowComparison, hashKey: Buffer): Finding[] {
  const { missing, extra, changed } = totals;
  const actual = `${missing} missing, ${extra} surplus, ${changed} changed`;
  const summary = { object: table.name, attribute: "rows against the archive", expected: "all the same", actual };
  return [summary, ...rows.map((row) => rowFinding(table, row, hashKey))];
}

async function narrowTable(table: NarrowTable, loading: Loading, context: ProofContext): Promise<Finding[]> {
  const archiveSql = await loadArchiveRows(table, loading);
  const comparison = await compareRows(loading.session, archiveSql, table);
  return [sideFinding(table, context, comparison.archive), ...rowFindings(table, comparison, context.hashKey)];
}

async function narrowTables(options: NarrowOptions, names: readonly string[]) {
  const { context, directory, again = null, target, progress } = options;
  const findings: Finding[] = [];
  const failures: string[] = [];
  const { manifest } = context;
  await using loading = await openWorkbench({ manifest, directory, again, target });
  await progress.step("Looking for the rows that differ", async (note) => {
    for (const table of await findTables(loading.session, scopeOf(manifest), names)) {
      note(table.name);
      try {
        findings.push(...(await narrowTable(table, loading, context)));
      } catch (thrown) {
        failures.push(`the rows of ${table.name} could not be named: ${describeFailure(thrown)}`);
      }
    }
  });
  return { findings, failures };
}

/**
 * Narrows the tables that `data.equality` found to differ down to their rows: loads what the archive holds of them into
 * a scratch schema of the throwaway, compares it with the copy by key, and adds to the check which side is off and which
 * rows are missing, surplus or changed, by their keys and columns. Gives all checks back, that one with more findings.
 *
 * Nothing here decides the verdict, so nothing here throws: what could not be narrowed is said in the check's reason.
 */
export async function narrowMismatches(options: NarrowOptions): Promise<CheckResult[]> {
  const { checks } = options;
  const check = checks.find(({ id, status }) => id === "data.equality" && status === "failed");
  const differing = (check?.findings ?? []).filter(({ attribute }) => attribute === "rows" || attribute === "content");
  const names = differing.map(({ object }) => object).slice(0, narrowedTables);
  if (check === undefined || names.length === 0) return [...checks];
  const { findings, failures } = await narrowTables(options, names).catch((thrown: unknown) => ({
    findings: [],
    failures: [`the differing rows could not be named: ${describeFailure(thrown)}`],
  }));
  const narrowed: CheckResult = {
    ...check,
    findings: [...check.findings, ...findings],
    reason: [check.reason, ...failures].filter((part) => part !== "").join("; "),
  };
  return checks.map((one) => (one === check ? narrowed : one));
}
