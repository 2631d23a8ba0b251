import { scratchDirectory } from "../../../base/scratch.ts";
import type { Census } from "../../../census/types.ts";
import type { Target } from "../../../postgres/types.ts";
import type { StepResult } from "../../../recovery/disaster/drive-steps.ts";
import { disasterErrors } from "../../../recovery/disaster/errors.ts";
import { rehearse } from "../../../rehearsal/rehearse.ts";
import { vaultSource } from "../../backup-source.ts";
import type { MadeUp } from "../../fixture-plan.ts";
import { takeAndStore } from "../../take-and-store.ts";
import type { ThrowawayProduction } from "../lost-production.ts";
import { type NewDatabase, newDatabase, recoverLost } from "../recover-lost.ts";
import { done, notRun, type Site } from "../site.ts";

/** The stage of a rehearsal: a throwaway production, the vault, and what is restored from it. */
export class Stage {
  readonly site: Site;
  readonly production: ThrowawayProduction;
  readonly stack: AsyncDisposableStack;
  /** By whose rules production is judged: it is made up, and not the team's. */
  readonly played: MadeUp;
  private fresh: NewDatabase | null = null;

  constructor(site: Site, production: ThrowawayProduction, stack: AsyncDisposableStack, played: MadeUp) {
    this.site = site;
    this.played = played;
    this.production = production;
    this.stack = stack;
  }

  get restored(): Target {
    if (this.fresh === null) throw new Error("nothing was restored yet");
    return this.fresh.target;
  }

  /** Restores the newest backup into a new database, by the recovery's own command. */
  async restore(): Promise<StepResult> {
    const { context, reports } = this.site;
    this.fresh = this.stack.use(await newDatabase(this.production.like));
    const incident = await recoverLost(context, {
      ...this.played,
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
    const { subject } = this.played;
    await using scratch = await scratchDirectory("disaster");
    return (await vaultSource(this.site.context, this.production.vault, subject.name, id).fetch(scratch.path)).census;
  }

  /** Puts a backup into the throwaway vault. @returns its id */
  async backUp(target: Target): Promise<string> {
    return (await takeAndStore(this.site.context, this.played.subject, target, this.production.vault)).id;
  }

  /** The app's tests on what was restored: the last thing that is done with it. */
  async tests(): Promise<StepResult> {
    const { context, options } = this.site;
    if (options.e2e === false) return notRun("The app's tests were left out by --no-e2e.");
    const { name, database, planDirectory } = this.played.subject;
    const { clock, progress, signal } = context;
    const census = await this.census(this.production.newest);
    const order = { name, database, planDirectory, census, target: this.restored, now: clock.now(), progress, signal };
    const { failed, passed, skipped } = (await rehearse(order)).rehearsal;
    if (failed + skipped > 0 || passed === 0) throw disasterErrors.tests_failed({ failed, skipped });
    return done(`${passed} tests passed on what was restored, over a Supabase API.`);
  }
}
