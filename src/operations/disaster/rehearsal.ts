import { randomBytes } from "node:crypto";
import { scratchDirectory } from "../../base/scratch.ts";
import type { Census } from "../../census/types.ts";
import { connect } from "../../postgres/connect.ts";
import type { StepAction } from "../../recovery/disaster/drive-steps.ts";
import { disasterErrors } from "../../recovery/disaster/errors.ts";
import { mergePlan } from "../../recovery/disaster/merge-plan.ts";
import { findReferences } from "../../recovery/disaster/old-references.ts";
import type { Scenario } from "../../recovery/disaster/scenarios.ts";
import { auditSecurity, massChanges } from "../../recovery/disaster/security-audit.ts";
import { recoverySql } from "../../recovery/sql.ts";
import { rehearse } from "../../rehearsal/rehearse.ts";
import { deleteProject } from "../../supabase/management/projects.ts";
import { currentOutage, describeIncident, outageSeconds, readIncidents } from "../../supabase/status-page.ts";
import { vaultSource } from "../backup-source.ts";
import { takeAndStore } from "../take-and-store.ts";
import { makeUpProduction, type ThrowawayProduction } from "./lost-production.ts";
import { makeKeys, makeProject, revokeKeys } from "./platform-steps.ts";
import { isLost, type NewDatabase, newDatabase, recoverLost } from "./recover-lost.ts";
import { signEverybodyOut } from "./sign-out.ts";
import { apiOf, byHand, done, hookStep, migrateTwice, notRun, type Site } from "./site.ts";

const attackSql = recoverySql("disaster/rehearsed-attack");
const deletionSql = recoverySql("disaster/rehearsed-deletion");

/** The stage of a rehearsal: a throwaway production, the vault, and what becomes of them. */
class Stage {
  readonly site: Site;
  readonly production: ThrowawayProduction;
  readonly stack: AsyncDisposableStack;
  private fresh: NewDatabase | null = null;
  planted: readonly { readonly kind: string; readonly object: string }[] = [];
  /** The backup of the attacked database, or of the own server. */
  second: string | null = null;

  constructor(site: Site, production: ThrowawayProduction, stack: AsyncDisposableStack) {
    this.site = site;
    this.production = production;
    this.stack = stack;
  }

  get restored(): NewDatabase["target"] {
    if (this.fresh === null) throw new Error("nothing was restored yet");
    return this.fresh.target;
  }

  /** Restores the newest backup into a new database, by the recovery's own command. */
  async restore(): Promise<ReturnType<typeof done>> {
    const { context, subject, options, reports } = this.site;
    this.fresh = this.stack.use(await newDatabase(this.production.like));
    const incident = await recoverLost(context, {
      subject,
      plan: options.plan,
      environment: this.production.vaultEnvironment,
      target: this.fresh.target,
      backup: this.production.newest,
      reason: "A rehearsal",
      records: reports,
    });
    if (incident.state.outcome !== "recovered") {
      const why = incident.log.findLast(({ event }) => event !== "done")?.says ?? "";
      throw disasterErrors.not_recovered({ why });
    }
    const passed = incident.verification?.checks.filter(({ status }) => status === "passed").length ?? 0;
    return done(`${this.production.newest} was restored and proven: ${passed} checks passed.`);
  }

  async census(id: string): Promise<Census> {
    const { context, subject } = this.site;
    await using scratch = await scratchDirectory("disaster");
    return (await vaultSource(context, this.production.vault, subject.name, id).fetch(scratch.path)).census;
  }

  async backUp(target: NewDatabase["target"]): Promise<string> {
    const { context, subject } = this.site;
    return (await takeAndStore(context, subject, target, this.production.vault)).id;
  }

  /** The app's tests on what was restored: the last thing that is done with it. */
  async tests(): Promise<ReturnType<typeof done>> {
    const { context, subject, options } = this.site;
    if (options.e2e === false) return notRun("The app's tests were left out.");
    const { name, database, planDirectory } = subject;
    const { clock, progress, signal } = context;
    const census = await this.census(this.production.newest);
    const order = { name, database, planDirectory, census, target: this.restored, now: clock.now(), progress, signal };
    const { failed, passed, skipped } = (await rehearse(order)).rehearsal;
    if (failed + skipped > 0 || passed === 0) throw disasterErrors.tests_failed({ failed, skipped });
    return done(`${passed} tests passed on what was restored.`);
  }
}

/**
 * The platform's API in a rehearsal: only where SUPABASE_API_URL says which, and only on a project that the rehearsal has
 * made and deletes. Keys of a project that is in use are never touched.
 */
async function ownProject({ site, stack }: Stage): Promise<string | null> {
  const access = (site.context.environment.SUPABASE_API_URL ?? "") === "" ? null : apiOf(site);
  if (access === null) return null;
  const name = `ithaca-rehearsal-${randomBytes(4).toString("hex")}`;
  const { ref } = await makeProject(site, access, { name, password: randomBytes(18).toString("base64url") });
  stack.defer(() => deleteProject(access.api, ref));
  return ref;
}

const noApi = "SUPABASE_API_URL and the platform's token are not set, so its API was not rehearsed.";

function deleted(stage: Stage): Record<string, StepAction> {
  const { site, production } = stage;
  return {
    assess: async () => {
      await production.lose();
      return (await isLost(production.target))
        ? done("Production is gone.")
        : Promise.reject(disasterErrors.not_lost({}));
    },
    "new-project": async () => {
      const ref = await ownProject(stage);
      return ref === null ? notRun(noApi) : done("A project was made, and is healthy; it is deleted afterwards.");
    },
    restore: () => stage.restore(),
    migrations: () => migrateTwice(site, stage.restored, true),
    "auth-flow": () => stage.tests(),
    environment: () => hookStep(site, "environment", {}, true),
    hostname: () => hookStep(site, "hostname", {}, true),
    "old-references": async () => {
      const ref = site.context.environment[site.subject.database.managed?.project_ref_secret ?? "SUPABASE_PROJECT_REF"];
      if (ref === undefined || ref === "")
        return byHand("The project's ref is not known here, so there is nothing to look for.");
      const found = await findReferences(site.subject.planDirectory, site.subject.database.disaster.scan, ref);
      return done(
        `${found.length} lines name the project: ${found
          .slice(0, 20)
          .map(({ file, line }) => `${file}:${line}`)
          .join(", ")}`,
      );
    },
    "first-backup": async () => byHand("What was restored is thrown away, so there is nothing to back up."),
  };
}

async function attack(stage: Stage): Promise<void> {
  await using session = await connect(stage.production.target, {
    readOnly: false,
    applicationName: "ithaca rehearsal",
  });
  await session.query(attackSql);
  stage.planted = await session.query<{ kind: string; object: string }>("SELECT kind, object FROM pg_temp.planted");
  const [victim] = await session.query<{ table: string }>(deletionSql);
  if (victim !== undefined) {
    await session.query(`BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM ${victim.table}; COMMIT`);
  }
}

function ransomware(stage: Stage): Record<string, StepAction> {
  const { site, production } = stage;
  const { context, subject } = site;
  let project: string | null = null;
  const onProject = async (
    work: (api: NonNullable<ReturnType<typeof apiOf>>["api"], ref: string) => ReturnType<StepAction>,
  ) => {
    const access = apiOf(site);
    project ??= await ownProject(stage);
    return access === null || project === null ? notRun(noApi) : await work(access.api, project);
  };
  return {
    evidence: async () => {
      await attack(stage);
      stage.second = await stage.backUp(production.target);
      return done(`The attacked database is kept as ${stage.second}.`);
    },
    "new-keys": (facts) => onProject((api, ref) => makeKeys(api, ref, facts.key_suffix)),
    "roll-out-keys": () => hookStep(site, "keys", {}, true),
    "revoke-keys": (facts) => onProject((api, ref) => revokeKeys(api, ref, facts.key_suffix ?? "")),
    "database-password": async () => byHand("A throwaway has no password to change."),
    when: async () => {
      const censuses = [await stage.census(production.newest), await stage.census(stage.second ?? "")];
      const figures = censuses.map(({ taken_at, tables }) => ({
        taken_at,
        table_rows: Object.fromEntries(Object.entries(tables).map(([name, { rows }]) => [name, rows])),
      }));
      const [first] = massChanges(figures);
      if (first === undefined) throw disasterErrors.audit_differs({ missed: "the mass deletion", surplus: "" });
      return done(
        `${first.table} lost ${first.rows_before - first.rows_after} of ${first.rows_before} rows after ${first.after}.`,
      );
    },
    audit: async () => {
      const { changes } = auditSecurity(await stage.census(production.newest), await stage.census(stage.second ?? ""));
      const named = new Set(changes.map(({ kind, object }) => `${kind} ${object}`));
      const planted = new Set(stage.planted.map(({ kind, object }) => `${kind} ${object}`));
      const missed = [...planted].filter((one) => !named.has(one)).join(", ");
      const surplus = [...named].filter((one) => !planted.has(one)).join(", ");
      if (missed !== "" || surplus !== "") throw disasterErrors.audit_differs({ missed, surplus });
      return done(`Exactly what was planted: ${[...planted].join("; ")}.`);
    },
    restore: () => stage.restore(),
    "sign-out": async () =>
      subject.database.platform === "postgres"
        ? byHand("There is no auth schema of Supabase's; sign everybody out in the application.")
        : await signEverybodyOut(stage.restored),
    "rotate-secrets": async () => {
      const { secrets } = subject.database.disaster;
      const list = secrets.map(({ name, where }) => `${name} (${where})`).join(", ");
      context.progress.warn(list === "" ? "The plan lists no other secrets." : `To rotate by hand: ${list}`);
      return await hookStep(site, "secrets", {}, true);
    },
  };
}

function outage(stage: Stage): Record<string, StepAction> {
  const { site, production } = stage;
  const { context } = site;
  return {
    watch: async () => {
      const incidents = await readIncidents(context.environment, context.signal);
      if (incidents === null) return notRun("The provider's status page cannot be read from here.");
      const open = currentOutage(incidents);
      if (open === null) return done("The status page was read; it shows no outage.");
      return done(
        `${describeIncident(open)}; for ${Math.round(outageSeconds(open, context.clock.now()) / 60)} minutes.`,
      );
    },
    restore: () => stage.restore(),
    api: async () =>
      byHand("PostgREST and GoTrue are set up by a person; the drill runs the E2E suite over a stand-in."),
    environment: () => hookStep(site, "environment", {}, true),
    hostname: () => hookStep(site, "hostname", {}, true),
    census: async () => {
      await using session = await connect(stage.restored, { readOnly: false, applicationName: "ithaca rehearsal" });
      await session.query(
        "CREATE TABLE ithaca_drill.written_meanwhile (id int PRIMARY KEY); INSERT INTO ithaca_drill.written_meanwhile VALUES (1), (2)",
      );
      stage.second = await stage.backUp(stage.restored);
      return done("Both sides are in the vault.", { project: await stage.backUp(production.target) });
    },
    merge: async (facts) => {
      const [restored, project, own] = [production.newest, facts.project ?? "", stage.second ?? ""];
      const plan = mergePlan(await stage.census(restored), await stage.census(project), await stage.census(own));
      const bring = plan.find(({ table }) => table === "ithaca_drill.written_meanwhile");
      const keep = plan.find(({ table }) => table === "ithaca_drill.writes");
      if (bring?.way !== "bring" || keep?.way !== "keep") {
        throw disasterErrors.audit_differs({ missed: "what was written meanwhile", surplus: "" });
      }
      return done(
        `What was written meanwhile is found: ${plan.map(({ table, way }) => `${table}: ${way}`).join("; ")}.`,
      );
    },
    return: async () => byHand("Nobody was led away, so nobody is led back."),
  };
}

const actions: Readonly<Record<Scenario, (stage: Stage) => Record<string, StepAction>>> = {
  deleted,
  ransomware,
  outage,
};

/** Sets the stage for a rehearsal: everything on it is a throwaway. Disposing `stack` ends all of it. */
export async function rehearsalActions(
  site: Site,
  scenario: Scenario,
  stack: AsyncDisposableStack,
): Promise<Record<string, StepAction>> {
  const { context, subject, options, reports } = site;
  const timed = <T>(_name: string, work: () => Promise<T>) => work();
  const production = stack.use(
    await makeUpProduction(context, subject, { families: options.families ?? 100, reports, timed }),
  );
  return actions[scenario](new Stage(site, production, stack));
}
