import { spellInstant } from "../base/spell.ts";
import { isProof } from "../report/history.ts";
import type { AnyReport } from "../report/model.ts";
import { restoreSeconds } from "../report/objectives.ts";
import type { Estimate } from "./types.ts";

/** What a recovery repeats of a proof: everything but its self-tests. */
const repeated = /^(fetch|prepare|restore\..+|census|checks)$/;

/**
 * How long a full recovery takes, by the newest proof that came to its end: its phases, and the time of the last backup
 * for the safety backup. Of a hosted server's own speed it knows nothing, and says so.
 *
 * @param reports newest first, as `listReports` gives them
 */
export function estimateFromProofs(reports: readonly AnyReport[]): Estimate {
  const proof = reports.filter(isProof).find(({ phases }) => restoreSeconds(phases) !== null);
  const backup = reports.find((report) => report.kind === "backup" && report.backup !== null);
  const dump = backup?.kind === "backup" ? (backup.backup?.dump_seconds ?? null) : null;
  if (proof === undefined) {
    return {
      phases: dump === null ? [] : [{ name: "safety backup", seconds: dump }],
      seconds: null,
      basis: "no proof of this database has come to its end yet, so nothing was measured",
    };
  }
  const phases = [
    ...(dump === null ? [] : [{ name: "safety backup", seconds: dump }]),
    ...proof.phases.filter(({ name }) => repeated.test(name)),
  ];
  return {
    phases,
    seconds: phases.reduce((sum, { seconds }) => sum + seconds, 0),
    basis: `measured by the proof of ${spellInstant(proof.run.started_at)} on a throwaway server; production's own may be slower`,
  };
}
