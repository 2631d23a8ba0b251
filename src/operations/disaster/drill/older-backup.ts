import type { CheckResult } from "../../../proof/types.ts";
import { vaultSource } from "../../backup-source.ts";
import { proveSubject } from "../../prove.ts";
import type { ThrowawayProduction } from "../lost-production.ts";
import type { DrillSite } from "./site.ts";

/** Not only the newest must come back: one of the others, by chance, is proven as in every week. */
export async function proveOlder(
  { context, subject, options, run, madeUp, reports }: DrillSite,
  production: ThrowawayProduction,
) {
  const { entries } = await production.vault.list(subject.name, { signal: context.signal });
  const others = entries.filter(({ id }) => id !== production.newest);
  const chosen = others[Math.floor((options.random ?? Math.random)() * others.length)];
  if (chosen === undefined) {
    run.notCovered.push({ what: "an older backup", why: "the vault holds one backup only" });
    return;
  }
  const report = await run.timed("afterwards")("older-backup", () =>
    proveSubject(context, subject, {
      source: vaultSource(context, production.vault, subject.name, chosen.id),
      // A made-up database says nothing about others, and they nothing about it.
      kind: madeUp ? "demo" : "drill",
      damage: undefined,
      production: null,
      reports,
    }),
  );
  run.older = { id: chosen.id, verdict: report.verdict, report: report.report.markdown };
  const check: CheckResult = {
    id: "drill.older_backup",
    title: "A random older backup comes back too",
    status: report.verdict === "proven" ? "passed" : report.verdict === "failed" ? "failed" : "not_run",
    expected: "proven",
    actual: report.verdict,
    findings: [],
    seconds: 0,
    reason: report.verdict === "proven" ? "" : `see ${report.report.markdown}`,
  };
  run.checks.push(check);
}
