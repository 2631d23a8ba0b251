import type { Plan } from "../../plan/schema.ts";
import type { AnyReport } from "../../report/model.ts";
import { ofBackup, ofWatch } from "./of-backup.ts";
import { ofChecks } from "./of-checks.ts";
import type { Situation } from "./types.ts";

/** What a report means for people; null where nobody must hear of it: a demo, or a copy that was damaged on purpose. */
export function situationOf(report: AnyReport, plan: Plan): Situation | null {
  if (report.kind === "backup") return ofBackup(report, plan);
  if (report.kind === "watch") return ofWatch(report, plan);
  if ("damaged" in report && (report.damaged || report.kind === "demo")) return null;
  return ofChecks(report);
}
