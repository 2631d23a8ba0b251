import { spellAmount } from "../../base/spell.ts";
import { publicKey } from "../keys.ts";
import { inReadOnly } from "../read-only.ts";
import type { Check, CheckOutcome, ProofContext, TeamCheck } from "../types.ts";

/** So many violations are named; all are counted. */
const shownViolations = 20;

/** Seconds that one of the team's queries may take. */
const timeLimit = 60;

/** The team's unqualified names mean what they mean in its application. */
const searchPath = ["public", "extensions"];

/** Counts what a query gives, and reads the first column of the first rows: the key of what is wrong. */
function violationsSql(sql: string): string {
  return `SELECT key::text AS key, pg_catalog.pg_typeof(key)::text AS type, count(*) OVER ()::text AS total
    FROM (${sql}\n) AS violations(key) LIMIT ${shownViolations}`;
}

/** One of the team's checks as a check of the proof: each row that its query returns is a violation. */
export function teamCheck(team: TeamCheck): Check {
  return {
    id: `team.${team.name}`,
    title: team.reason,
    async run({ session, hashKey }: ProofContext): Promise<CheckOutcome> {
      const rows = await inReadOnly(session, { searchPath, timeLimit }, () =>
        session.query<{ key: string | null; type: string; total: string }>(violationsSql(team.sql)),
      );
      const expected = "no violation";
      const [first] = rows;
      if (first === undefined) return { status: "passed", expected, actual: expected };
      const total = Number(first.total);
      const findings = rows.map(({ key, type }) => ({
        object: team.name,
        attribute: publicKey([{ value: key, type }], hashKey),
        expected,
        actual: "violated",
      }));
      const actual = spellAmount(total, "violation");
      if (team.severity === "warning") {
        const reason = `a warning: ${actual} by a rule of the team that does not fail the proof`;
        return { status: "passed", expected, actual, findings, reason };
      }
      return { status: "failed", expected, actual, findings };
    },
  };
}
