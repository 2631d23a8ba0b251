import { spellAmount } from "../../base/spell.ts";
import { listed } from "../../census/listed.ts";
import type { BackupFigures } from "../history/figures.ts";
import { fewest, judgeHistory } from "../history/judge-history.ts";
import { canonical } from "../names.ts";
import { judge, notApplicable } from "../outcome.ts";
import type { Check, CheckOutcome, ProofContext } from "../types.ts";

const identity = {
  id: "plausibility.history",
  title: "The backup is in line with the ones before it",
} as const;

/**
 * Compares a backup's figures with those of earlier ones. A loss is a finding; what is only unusual passes, and is told.
 *
 * @param criticalTables as the plan names them
 */
export function compareWithHistory(
  now: BackupFigures,
  history: readonly BackupFigures[],
  criticalTables: readonly string[],
): CheckOutcome {
  const names = new Set(criticalTables.map(canonical));
  const { compared, findings, suspicions } = judgeHistory(now, history, (table) => names.has(canonical(table)));
  if (compared < fewest && findings.length === 0) {
    return notApplicable(
      "Comparison with earlier backups",
      `${spellAmount(compared, "earlier backup")} of this database ${compared === 1 ? "is" : "are"} recorded in the reports; it takes ${fewest}`,
    );
  }
  const before = spellAmount(compared, "earlier backup");
  const outcome = judge({
    expected: `in line with ${before}`,
    actual: findings.length === 0 ? `in line with ${before}` : `${spellAmount(findings.length, "figure")} out of line`,
    findings,
    notCovered: suspicions,
  });
  if (suspicions.length === 0 || outcome.status !== "passed") return outcome;
  return {
    ...outcome,
    reason: `unusual: ${listed(
      suspicions.map(({ what }) => what),
      3,
    )}`,
  };
}

/** The figures of a backup that is being proved, by its manifest and census. */
function figuresOf({ manifest, expected }: ProofContext): BackupFigures {
  const counts = Object.entries(expected.tables).map(([name, { rows }]) => [name, rows] as const);
  return {
    id: manifest.id,
    taken_at: manifest.taken_at,
    size_bytes: manifest.sizes.dump_bytes,
    rows: counts.reduce((sum, [, rows]) => sum + rows, 0),
    table_rows: Object.fromEntries(counts),
  };
}

/** No table has collapsed or gone empty, and the whole has not shrunk, against the backups taken before this one. */
export const plausibilityHistory: Check = {
  ...identity,
  run(context: ProofContext): CheckOutcome {
    return compareWithHistory(figuresOf(context), context.history, context.database.critical_tables);
  },
};
