import { spellAmount } from "../../base/spell.ts";
import { type WriteCounters, writtenBetween } from "../../census/writes.ts";
import { compareTables } from "../compare-tables.ts";
import { canonical } from "../names.ts";
import { judge } from "../outcome.ts";
import type { Check, CheckOutcome, Finding, NotCovered, ProofContext } from "../types.ts";

/*
 * A branch is made from the platform's own backup, which is not the snapshot of any census. So a table must be the
 * census' to the row where PostgreSQL's counters say that nothing was written meanwhile, and else differ by no more than
 * what was written.
 */

/** The counters that bound what was written between a census and the platform's backup, whichever was first. */
export interface Bounds {
  /** Read before both. */
  readonly from: WriteCounters | undefined;
  /** Read after both. */
  readonly to: WriteCounters | undefined;
}

/** A difference of the comparison, by what was written into its table. */
export function weigh(
  finding: Finding,
  { from, to }: Bounds,
): { readonly finding: Finding } | { readonly unproven: string } | { readonly within: NotCovered } {
  const { object, attribute, expected, actual } = finding;
  if (attribute !== "rows" && attribute !== "content") return { finding };
  const written = writtenBetween(from, to, object);
  if (!written.known)
    return { unproven: `${object} differs, and it cannot be bounded by how much it may: ${written.why}` };
  if (written.rows === 0) return { finding };
  const differs = attribute === "rows" ? Math.abs(Number(actual) - Number(expected)) : 0;
  if (differs > written.appearedOrWent) {
    const most = spellAmount(written.appearedOrWent, "row");
    return { finding: { ...finding, expected: `${expected}, give or take ${most} written meanwhile` } };
  }
  const why = `${spellAmount(written.rows, "row")} were written between the census and the platform's backup; it differs by no more than that`;
  return { within: { what: `Content of ${object}`, why } };
}

/** Every table of the census: there, and its rows the same but for what was written meanwhile. */
export function branchData(bounds: Bounds): Check {
  return {
    id: "platform.data",
    title: "Every row is the source's, but for what was written meanwhile",
    run({ expected, copy, hashKey }: ProofContext): CheckOutcome {
      const names = { hashKey, excuseExpired: () => false, leftOut: new Set<string>() };
      const compared = compareTables(expected.tables, copy.tables, names);
      const findings: Finding[] = [];
      const unproven = [...compared.unproven];
      const within: NotCovered[] = [];
      for (const found of compared.findings) {
        const weighed = weigh(found, bounds);
        if ("finding" in weighed) findings.push(weighed.finding);
        else if ("unproven" in weighed) unproven.push(weighed.unproven);
        else within.push(weighed.within);
      }
      for (const name of compared.refreshed) {
        within.push({
          what: `Rows of the materialized view ${canonical(name)}`,
          why: "it may have been refreshed meanwhile",
        });
      }
      const { tables, rows } = compared.equal;
      const besides =
        within.length === 0 ? "" : `, ${spellAmount(within.length, "table")} within what was written meanwhile`;
      return judge({
        expected: `${spellAmount(Object.keys(expected.tables).length, "table")}, equal but for what was written meanwhile`,
        actual: `${spellAmount(tables, "table")}, ${spellAmount(rows, "row")} equal${besides}`,
        findings,
        unproven,
        notCovered: [...compared.notCovered, ...within],
      });
    },
  };
}

/** What the branch is compared with is the census that was taken, by the digests that stand in and outside the vault. */
export const branchReferenceIntact: Check = {
  id: "backup.digest",
  title: "The census is the one that was taken",
  run({ manifest, archiveProblems, recordedDigest }: ProofContext): CheckOutcome {
    const findings: Finding[] = archiveProblems.map(({ path, ...rest }) => ({
      object: path,
      attribute: "content",
      ...rest,
    }));
    if (recordedDigest !== null && recordedDigest !== manifest.digest) {
      const digests = { expected: recordedDigest, actual: manifest.digest };
      findings.push({ object: manifest.id, attribute: "digest as recorded outside the vault", ...digests });
    }
    const actual = findings.length === 0 ? "as it was written" : spellAmount(findings.length, "difference");
    return judge({ expected: "as it was written", actual, findings });
  },
};

/** The branch is a project of its own, and nothing is written into it. */
export function branchIsolation(parent: string, branch: string): Check {
  return {
    id: "isolation.throwaway",
    title: "The copy lives apart from production",
    run(): CheckOutcome {
      const expected = "a branch that is a project of its own";
      if (branch === parent)
        return { status: "not_run", expected, actual: "unknown", reason: "the branch bears production's own ref" };
      return { status: "passed", expected, actual: "a project with a ref of its own, read in READ ONLY transactions" };
    },
  };
}
