import { spellAmount } from "../../base/spell.ts";
import { judge } from "../outcome.ts";
import type { Check, CheckOutcome, ProofContext } from "../types.ts";

/** Digests are long; this much tells two of them apart for people. */
const short = (digest: string) => `sha256:${digest.replace(/^sha256:/, "").slice(0, 12)}`;

/**
 * The files are what the manifest says, and the manifest is what was recorded outside the vault: whoever can write the
 * vault could else exchange both.
 */
export const backupDigest: Check = {
  id: "backup.digest",
  title: "The backup is the one that was taken",
  run({ archiveProblems, recordedDigest, manifest }: ProofContext): CheckOutcome {
    const findings = archiveProblems.map(({ path, expected, actual }) => ({
      object: path,
      attribute: "file",
      expected,
      actual,
    }));
    if (recordedDigest !== null && recordedDigest !== manifest.digest) {
      findings.push({
        object: "backup.json",
        attribute: "digest",
        expected: `${short(recordedDigest)} as recorded outside the vault`,
        actual: short(manifest.digest),
      });
    }
    return judge({
      expected: `${spellAmount(manifest.files.length, "file")} as in the manifest, digest ${short(recordedDigest ?? manifest.digest)}`,
      actual:
        archiveProblems.length === 0
          ? `${spellAmount(manifest.files.length, "file")} as in the manifest, digest ${short(manifest.digest)}`
          : `${spellAmount(archiveProblems.length, "file")} not as in the manifest`,
      findings,
      notCovered:
        recordedDigest === null
          ? [
              {
                what: "The backup's digest against a record outside the vault",
                why: "no report or audit entry records it, so only the vault vouches for its manifest",
              },
            ]
          : [],
    });
  },
};
