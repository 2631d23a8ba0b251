import { mkdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Target } from "../postgres/types.ts";
import type { RecoveryHooks } from "../recovery/drive-options.ts";
import { incidentsDirectory, writeIncident, writeWhole } from "../recovery/incident.ts";
import { incidentPage, pageName } from "../recovery/page/incident-page.ts";
import { withPeoplesWords } from "../recovery/page/people-wrote.ts";
import type { Incident } from "../recovery/types.ts";
import { ratesBefore, usualInterval, watchRates } from "../recovery/watch/watch.ts";
import type { RecoveryReport } from "../report/model.ts";
import { writeReport } from "../report/write.ts";
import { openVault } from "../vault/vault.ts";
import type { UseCaseContext } from "./context.ts";
import { platformHealth } from "./platform-health.ts";
import { announceRecovery } from "./recovery-news.ts";
import { runFacts } from "./run-facts.ts";
import type { Subject } from "./subject.ts";
import { takeAndStore } from "./take-and-store.ts";

export interface HookSettings {
  readonly subject: Subject;
  readonly target: Target;
  /** Absolute path of the reports' folder. */
  readonly reports: string;
  readonly watchSeconds: number;
  readonly watchInterval: number | undefined;
}

/** The surroundings of a recovery: the vault, the reports' folder, the team, and production while it is watched. */
export function recoveryHooks(
  context: UseCaseContext,
  { subject, target, reports, watchSeconds, watchInterval }: HookSettings,
): RecoveryHooks & { report(): RecoveryReport["report"] | null } {
  let written: RecoveryReport["report"] | null = null;
  const directory = incidentsDirectory(reports);
  return {
    report: () => written,
    async safetyBackup() {
      const startedAt = context.clock.now();
      const taken = await takeAndStore(context, subject, target, openVault({ ...context.environment }), {
        purpose: "safety",
      });
      await writeReport(
        reports,
        {
          kind: "backup",
          database: subject.name,
          run: runFacts(context, startedAt),
          verdict: "taken",
          reason: "",
          backup: taken,
        },
        relative(context.workingDirectory, reports),
      );
      return { id: taken.id, taken_at: taken.taken_at, digest: taken.digest };
    },
    ratesBefore: () => ratesBefore(target, subject.database, watchSeconds),
    announce: (incident) => announceRecovery(context, subject, incident),
    watch: (incident) =>
      context.progress.step(`A look every ${watchInterval ?? usualInterval} s for ${watchSeconds} s`, (note) =>
        watchRates({
          target,
          database: subject.database,
          before: incident.rates_before,
          seconds: watchSeconds,
          ...(watchInterval === undefined ? {} : { interval: watchInterval }),
          apiHealthy: () => platformHealth(context, subject.database),
          note,
          signal: context.signal,
        }),
      ),
    async save(incident) {
      await writeIncident(directory, incident);
    },
    async record(incident) {
      const page = join(directory, pageName(incident));
      await mkdir(directory, { recursive: true });
      const earlier = await readFile(page, "utf8").catch(() => null);
      await writeWhole(page, earlier === null ? incidentPage(incident) : withPeoplesWords(incident, earlier));
      const report = recoveryReport(context, incident);
      if (report !== null) {
        written = (await writeReport(reports, report, relative(context.workingDirectory, reports))).report;
      }
    },
  };
}

/** The record of a recovery that was executed; null as long as its end is not known. */
function recoveryReport(context: UseCaseContext, incident: Incident): Omit<RecoveryReport, "report"> | null {
  const { outcome } = incident.state;
  if (outcome === null || outcome === "previewed") return null;
  const last = incident.log.findLast(
    ({ event }) => event === "fault" || event === "not_undone" || event === "regressed",
  );
  const losses = incident.verification?.losses ?? [];
  return {
    kind: "recover",
    verdict: outcome === "recovered" ? "proven" : outcome === "needs_person" ? "failed" : "inconclusive",
    reason: outcome === "recovered" ? "" : (last?.says ?? ""),
    database: incident.database,
    run: runFacts(context, new Date(incident.started_at)),
    outcome,
    method: `${incident.kind}, ${incident.mode}`,
    incident: { id: incident.id, page: `incidents/${pageName(incident)}` },
    restore_point: incident.restore_point?.at ?? null,
    backup: incident.restore_point?.backup ?? null,
    safety_backup: incident.safety_backups.at(-1)?.id ?? null,
    checks: (incident.verification?.checks ?? []).map((check) => ({ ...check, findings: [], seconds: 0 })),
    lost_rows: Object.fromEntries(
      losses.flatMap(({ table, rows_now, rows_then, gone }) => {
        const fewer = gone ?? (rows_now ?? 0) - (rows_then ?? 0);
        return fewer > 0 ? [[table, fewer]] : [];
      }),
    ),
    phases: incident.log.flatMap(({ step, seconds }) => (seconds === null ? [] : [{ name: step, seconds }])),
    not_covered: incident.verification?.not_covered ?? [],
  };
}
