/**
 * Which file of `test/workflows/` executes every step of which workflow. Each of them ends by asking whether it did, and
 * the rules of `policy.test.ts` ask whether every workflow is among them.
 */
export const executedIn = {
  "run.test.ts": [
    "backup.yml",
    "doctor.yml",
    "escalate.yml",
    "prove-weekly.yml",
    "retain.yml",
    "verify.yml",
    "watch.yml",
  ],
  "seldom.test.ts": [
    "attest.yml",
    "ci.yml",
    "disaster.yml",
    "drill.yml",
    "pages.yml",
    "point-in-time.yml",
    "recover.yml",
    "rehearse-monthly.yml",
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;
