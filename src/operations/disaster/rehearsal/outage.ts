import { connect } from "../../../postgres/connect.ts";
import type { Target } from "../../../postgres/types.ts";
import type { StepAction } from "../../../recovery/disaster/drive-steps.ts";
import { disasterErrors } from "../../../recovery/disaster/errors.ts";
import { recoverySql } from "../../../recovery/sql.ts";
import { currentOutage, describeIncident, outageSeconds, readIncidents } from "../../../supabase/status-page.ts";
import { describePlan, type MergeSides, planMerge } from "../merge.ts";
import { bringBack } from "../recover-lost.ts";
import { done, hookStep, notRun } from "../site.ts";
import type { Stage } from "./stage.ts";

const journal = "ithaca_drill.writes";
const ownSql = recoverySql("disaster/rehearsed-meanwhile-own");
const projectSql = recoverySql("disaster/rehearsed-meanwhile-project");
const thereSql = recoverySql("disaster/meanwhile-returned");

/** What is written on both sides while the provider is away: see sql/recovery/disaster/rehearsed-meanwhile-*.sql. */
const written = { added: 2, changed: 1, deleted: 1, both: 1 } as const;

async function write(target: Target, sql: string): Promise<void> {
  await using session = await connect(target, { readOnly: false, applicationName: "ithaca rehearsal" });
  await session.query(sql);
}

/** Scenario C on throwaways: onto an own server, written to on both sides, and back without losing either's work. */
export function rehearseOutage(stage: Stage): Record<string, StepAction> {
  const { site, production, played } = stage;
  const { context } = site;
  const sides = (facts: Readonly<Record<string, string>>): MergeSides => ({
    restored: production.newest,
    project: facts.project ?? "",
    own: facts.own ?? "",
  });
  return {
    watch: async () => {
      const incidents = await readIncidents(context.environment, context.signal);
      if (incidents === null) return notRun("The provider's status page cannot be read from here.");
      const open = currentOutage(incidents);
      if (open === null) return done("The status page was read; it shows no outage.");
      const seconds = outageSeconds(open, context.clock.now());
      const decision = seconds >= 3600 ? "over an hour, so that a person decides to leave" : "not yet an hour";
      return done(`${describeIncident(open)}; for ${Math.round(seconds / 60)} minutes: ${decision}.`);
    },
    restore: () => stage.restore(),
    api: () => stage.tests(),
    environment: () => hookStep(site, "environment", {}, true),
    hostname: () => hookStep(site, "hostname", {}, true),
    census: async () => {
      // Nobody is led to the project any more; what its last users wrote stays there.
      await production.writer.stop();
      await write(stage.restored, ownSql);
      await write(production.target, projectSql);
      const own = await stage.backUp(stage.restored);
      return done("Both sides are in the vault.", { own, project: await stage.backUp(production.target) });
    },
    merge: async (facts) => {
      const { vault } = production;
      const { tables, partedAt } = await planMerge(context, vault, played.subject, sides(facts));
      const keys = tables.find(({ table }) => table === journal)?.keys;
      const { added, changed, deleted } = keys?.own ?? { added: 0, changed: 0, deleted: 0 };
      const found = { added, changed, deleted, both: keys?.both.length ?? 0 };
      if (JSON.stringify(found) !== JSON.stringify(written)) {
        const told = (what: typeof found) => JSON.stringify(what).replaceAll(/[{}"]/g, "").replaceAll(",", ", ");
        throw disasterErrors.not_merged({ why: `expected of ${journal} ${told(written)}; found ${told(found)}` });
      }
      return done(describePlan(tables, sides(facts), partedAt), { parted_at: partedAt });
    },
    return: async (facts) => {
      await bringBack(context, {
        ...played,
        environment: production.vaultEnvironment,
        target: production.target,
        backup: sides(facts).own,
        records: site.reports,
        table: journal,
        keepNewer: `written_at=${facts.parted_at ?? ""}`,
      });
      await using session = await connect(production.target, { readOnly: true, applicationName: "ithaca rehearsal" });
      const [row] = await session.query<{ own: number; project: number }>(thereSql);
      if (row?.own !== written.added + written.changed || row.project !== written.both) {
        throw disasterErrors.not_merged({
          why: `after the way back ${row?.own ?? 0} rows of the own server and ${row?.project ?? 0} of the project are there, of ${written.added + written.changed} and ${written.both}`,
        });
      }
      return done(
        `\`recover table\` brought ${written.added} new rows and ${written.changed} changed one of the own server to the project; the row that both had changed stayed as the project has it.`,
      );
    },
  };
}
