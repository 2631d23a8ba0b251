import { scratchDirectory } from "../../base/scratch.ts";
import type { Census } from "../../census/types.ts";
import { parseTarget } from "../../postgres/target.ts";
import type { Target } from "../../postgres/types.ts";
import type { StepAction } from "../../recovery/disaster/drive-steps.ts";
import { disasterErrors } from "../../recovery/disaster/errors.ts";
import { mergePlan } from "../../recovery/disaster/merge-plan.ts";
import { findReferences } from "../../recovery/disaster/old-references.ts";
import type { Scenario } from "../../recovery/disaster/scenarios.ts";
import { auditSecurity, massChanges } from "../../recovery/disaster/security-audit.ts";
import { recoveryErrors } from "../../recovery/errors.ts";
import { listReports, recordedFigures } from "../../report/history.ts";
import { currentOutage, outageSeconds, readIncidents } from "../../supabase/status-page.ts";
import { openVault } from "../../vault/vault.ts";
import { backup } from "../backup.ts";
import { vaultSource } from "../backup-source.ts";
import { type FullMode, recoverFull } from "../recover-full.ts";
import { requireSource } from "../subject.ts";
import { makeKeys, revokeKeys } from "./platform-steps.ts";
import { isLost } from "./recover-lost.ts";
import { signEverybodyOut } from "./sign-out.ts";
import { apiOf, done, hookStep, migrateTwice, type Site, waiting } from "./site.ts";

function writing({ context, subject }: Site): Target {
  const variable = subject.database.recovery.url_secret;
  const url = context.environment[variable];
  if (url === undefined || url === "") throw recoveryErrors.no_writing_credential({ variable });
  return parseTarget(url, variable);
}

async function restore({ context, options, subject }: Site, into: FullMode, chosen?: string): ReturnType<StepAction> {
  const { incident } = await recoverFull(context, {
    plan: options.plan,
    database: subject.name,
    into,
    execute: true,
    confirm: subject.name,
    reason: "A disaster",
    ...(chosen === undefined ? {} : { backup: chosen }),
  });
  if (incident.state.outcome !== "recovered") {
    throw disasterErrors.not_recovered({ why: `see the incident ${incident.id}` });
  }
  return done(`Recovered; the incident is ${incident.id}.`, { incident: incident.id });
}

async function censusOf({ context, subject }: Site, id: string): Promise<Census> {
  await using scratch = await scratchDirectory("disaster");
  const vault = openVault({ ...context.environment });
  return (await vaultSource(context, vault, subject.name, id).fetch(scratch.path)).census;
}

const person =
  (says: string): StepAction =>
  () =>
    Promise.resolve(waiting(says));

function deleted(site: Site): Record<string, StepAction> {
  const { context, subject, options } = site;
  const variable = subject.database.managed?.project_ref_secret ?? "SUPABASE_PROJECT_REF";
  return {
    assess: async () => {
      if (!(await isLost(requireSource(context, subject))))
        throw disasterErrors.still_there({ database: subject.name });
      return done("It cannot be reached.");
    },
    "new-project": person(
      `Make the project in the dashboard or by the API, and set ${subject.database.recovery.url_secret} to its session pooler.`,
    ),
    restore: () => restore(site, "new", options.backup),
    migrations: () => migrateTwice(site, writing(site), false),
    "auth-flow": person("Sign in as a user, and look at what only they may see."),
    environment: () => hookStep(site, "environment", {}, false),
    hostname: () => hookStep(site, "hostname", {}, false),
    "old-references": async () => {
      const ref = context.environment[variable] ?? "";
      if (ref === "") return waiting(`${variable} is not set: search the repository for the old project's ref.`);
      const found = await findReferences(subject.planDirectory, subject.database.disaster.scan, ref);
      const places = found.slice(0, 20).map(({ file, line }) => `${file}:${line}`);
      return found.length === 0
        ? done("No file names the old project.")
        : waiting(`Still named in ${places.join(", ")}.`);
    },
    "first-backup": person(`Set ${subject.database.url_secret} to the new database, and run \`ithaca backup\`.`),
  };
}

function ransomware(site: Site): Record<string, StepAction> {
  const { context, subject, options, reports } = site;
  const noToken = "The platform's token is not set here: do it in the dashboard.";
  return {
    evidence: async () => {
      const report = await backup(context, { plan: options.plan, database: subject.name });
      if (report.backup === null) return waiting(`No backup could be taken: ${report.reason}`);
      return done(`The database is kept as ${report.backup.id}.`, { evidence: report.backup.id });
    },
    "new-keys": async (facts) => {
      const access = apiOf(site);
      return access === null ? waiting(noToken) : await makeKeys(access.api, access.ref, facts.key_suffix);
    },
    "roll-out-keys": () => hookStep(site, "keys", {}, false),
    "revoke-keys": async (facts) => {
      const access = apiOf(site);
      // Without the names of the new keys nobody could tell which are old, and every key would go.
      if (access === null || facts.key_suffix === undefined) return waiting(noToken);
      return await revokeKeys(access.api, access.ref, facts.key_suffix);
    },
    "database-password": person("Change the database's password in the dashboard, and the secrets that hold it."),
    when: async () => {
      const found = massChanges(recordedFigures((await listReports(reports, subject.name)).reports));
      const seen = found
        .slice(-5)
        .map(
          ({ table, rows_before, rows_after, after }) =>
            `${table}: ${rows_before} to ${rows_after} rows after ${after}`,
        );
      const said = seen.length === 0 ? "No backup shows rows that vanished in a mass." : `${seen.join("; ")}.`;
      if (options.backup === undefined) return waiting(`${said} Choose a backup from before it, and add --backup <id>`);
      return done(`${said} Chosen: ${options.backup}.`, { good: options.backup });
    },
    audit: async (facts) => {
      const good = facts.good ?? options.backup;
      if (good === undefined || facts.evidence === undefined)
        return waiting("Two backups are needed: the evidence, and --backup <id>.");
      const { changes } = auditSecurity(await censusOf(site, good), await censusOf(site, facts.evidence));
      const named = changes
        .slice(0, 60)
        .map(
          ({ kind, object, attribute, change }) =>
            `${change} ${kind} ${object}${attribute === "*" ? "" : ` (${attribute})`}`,
        );
      return done(changes.length === 0 ? "Nothing was changed." : `${changes.length} changes: ${named.join("; ")}.`);
    },
    restore: async (facts) => {
      const good = facts.good ?? options.backup;
      return good === undefined ? waiting("Add --backup <id>.") : await restore(site, "side-by-side", good);
    },
    "sign-out": () =>
      subject.database.platform === "postgres"
        ? Promise.resolve(waiting("Sign everybody out in the application."))
        : signEverybodyOut(writing(site)),
    "rotate-secrets": () => hookStep(site, "secrets", {}, false),
  };
}

function outage(site: Site): Record<string, StepAction> {
  const { context, options } = site;
  return {
    watch: async () => {
      const incidents = await readIncidents(context.environment, context.signal);
      if (incidents === null) throw disasterErrors.not_watched({});
      const open = currentOutage(incidents);
      const seconds = open === null ? 0 : outageSeconds(open, context.clock.now());
      const says =
        open === null ? "The status page shows no outage." : `${open.name}, for ${Math.round(seconds / 60)} minutes.`;
      return seconds >= 3600 ? done(says) : waiting(`${says} The plan is to leave after an hour.`);
    },
    restore: () => restore(site, "new", options.backup),
    api: person("Set PostgREST and GoTrue up in front of it, or lead the application straight to the database."),
    environment: () => hookStep(site, "environment", {}, false),
    hostname: () => hookStep(site, "hostname", {}, false),
    census: person("When the provider is back: `ithaca backup` of the project, and of the own server."),
    merge: async () => {
      const [restored, project, own] = options.merge ?? [];
      if (restored === undefined || project === undefined || own === undefined) {
        return waiting("Add --merge <restored> <project> <own>, the ids of three backups");
      }
      const plan = mergePlan(await censusOf(site, restored), await censusOf(site, project), await censusOf(site, own));
      return done(
        plan.length === 0
          ? "Nothing was written meanwhile."
          : `${plan.map(({ table, way }) => `${table}: ${way}`).join("; ")}.`,
      );
    },
    return: person("Bring back what the merge plan names with `ithaca recover table`, and lead the application back."),
  };
}

const actions: Readonly<Record<Scenario, (site: Site) => Record<string, StepAction>>> = { deleted, ransomware, outage };

/** What carries a scenario's steps out in earnest. What no tool can do waits for a person. */
export const executionActions = (site: Site, scenario: Scenario): Record<string, StepAction> => actions[scenario](site);
