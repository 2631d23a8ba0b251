import { stopwatch } from "../base/clock.ts";
import { IthacaError, messageOf } from "../base/errors.ts";
import { type Driven, type DriveOptions, titles } from "./drive-options.ts";
import { recoveryErrors } from "./errors.ts";
import { goesOnLater, pastTheWriting, whereToGoOn } from "./go-on.ts";
import { KeptIncident } from "./kept-incident.ts";
import { apply, type Event, type Step, writingSteps } from "./machine.ts";
import { assertMarkable } from "./marker.ts";
import { obstaclesOf } from "./obstacles.ts";
import { patientRollBack } from "./patience.ts";
import { faultAround } from "./surroundings.ts";
import type { Incident, StepContext } from "./types.ts";

/** What a step came to. */
interface Result {
  readonly event: Event;
  readonly says: string;
}

/** Steps in which the lock may be taken again: production is what it will be, or only goes back to what it was. */
const afterTheWork: ReadonlySet<Step> = new Set(["verify", "roll_back", "announce", "watch"]);

const done: Result = { event: "done", says: "" };

/**
 * Goes through the steps of a recovery, from wherever the incident stands, to its end. After every step the incident is
 * written; from the first writing step until the verification it also stands in the database as a marker. A fault never
 * leaves without a word: it goes back, or it ends in `needs_person`.
 *
 * Throws only what is not the recovery's own end: wrong input, an interruption (after it was dealt with), a full disk
 * under the incident file.
 */
export async function driveRecovery(options: DriveOptions): Promise<Driven> {
  const run = new Run(options);
  try {
    await run.resume();
    while (run.incident.state.step !== "ended") await run.step(run.incident.state.step);
  } catch (thrown) {
    throw faultAround(thrown, options.target);
  }
  if (run.thrown !== undefined && !run.callsForPerson) throw run.thrown;
  return { incident: run.incident, fault: run.fault };
}

class Run {
  private readonly kept: KeptIncident;
  /** Wrong input, or an interruption: told when the state is in order. */
  thrown: unknown;
  fault: IthacaError | null = null;
  private readonly options: DriveOptions;

  constructor(options: DriveOptions) {
    this.options = options;
    this.kept = new KeptIncident(options);
  }

  get incident(): Incident {
    return this.kept.now;
  }

  set incident(now: Incident) {
    this.kept.now = now;
  }

  /** Production could not be put back because of what was asked wrongly: then that is the end to tell, not the mistake. */
  get callsForPerson(): boolean {
    const mistaken = this.thrown instanceof IthacaError && this.thrown.kind === "input";
    return mistaken && this.incident.state.outcome === "needs_person";
  }

  private get context(): StepContext {
    const { progress, clock, lock } = this.options;
    // A roll-back must come to its end although a person has stopped the run.
    const signal = this.incident.state.step === "roll_back" ? new AbortController().signal : this.options.signal;
    const now = () => this.incident;
    return {
      incidentId: this.incident.id,
      get notes() {
        return now().notes;
      },
      note: async (more) => {
        await this.kept.save({ notes: { ...this.incident.notes, ...more } });
      },
      remark: (sentence) => this.kept.remark(sentence),
      assertAlone: async () => {
        await lock?.assertHeld();
      },
      progress,
      clock,
      signal,
    };
  }

  /** Where this run goes on, and why, told before anything is done. */
  async resume(): Promise<void> {
    const found = await whereToGoOn(this.options, this.incident, this.context);
    if (found === null) return await this.takeMarkerAway();
    await this.kept.save({ state: found.state, log: this.kept.log(found.event, found.says, null) });
  }

  /** Of a run that died right after its work was done. */
  private async takeMarkerAway(): Promise<void> {
    const { step, outcome } = this.incident.state;
    if (pastTheWriting.has(step) && outcome !== "needs_person") await this.kept.removeMarker();
  }

  /** One step: work, what it came to, and the next state, written before anything else is done. */
  async step(step: Step): Promise<void> {
    const seconds = stopwatch();
    let result: Result;
    if (afterTheWork.has(step)) await this.keepOthersAway();
    try {
      result = await this.options.progress.step(titles[step], () => this.work(step));
    } catch (caught) {
      const thrown = this.stopped(step, caught) ?? faultAround(caught, this.options.target);
      if (await goesOnLater(this.options, step, this.context)) return await this.leave(thrown, seconds());
      result = { event: step === "roll_back" ? "not_undone" : "fault", says: messageOf(thrown) };
      if (thrown instanceof IthacaError) this.fault ??= thrown;
      const told = thrown instanceof IthacaError && (thrown.kind === "input" || thrown.kind === "interrupted");
      if (told || this.options.signal.aborted || !(thrown instanceof IthacaError)) this.thrown ??= thrown;
      // What is thrown at the end of this run is told there.
      const toldNow = this.thrown !== thrown || apply(this.incident.state, result.event).step !== "ended";
      if (toldNow) this.options.progress.warn(messageOf(thrown));
    }
    const state = apply(this.incident.state, result.event);
    const log = this.kept.log(result.event, result.says, seconds());
    const ended = writingSteps.has(this.incident.state.step) && !writingSteps.has(state.step);
    // The file first: with neither of the two a later run would take what is done for not begun.
    await this.kept.moveOn({ state, log });
    if (!ended) return;
    await (state.outcome === "needs_person" ? this.kept.keepMarker() : this.kept.removeMarker());
  }

  /** Whoever stops a run ends its sessions: what breaks of that is no fault of the server's. Two steps are not stopped. */
  private stopped(step: Step, thrown: unknown): unknown {
    const broke = !(thrown instanceof IthacaError) || thrown.kind === "surroundings";
    return this.options.signal.aborted && broke && step !== "roll_back" && step !== "record"
      ? this.options.signal.reason
      : undefined;
  }

  /** Ends the run where it is: the file, or the marker, tells the next one how far it has come. */
  private async leave(thrown: unknown, seconds: number): Promise<never> {
    const log = this.kept.log("interrupted", messageOf(thrown), seconds);
    // While a platform restores it, the database takes no marker; the file stands by then.
    await this.kept.save({ log }).catch((error: unknown) => this.options.progress.warn(messageOf(error)));
    this.options.signal.throwIfAborted();
    throw thrown;
  }

  /** A swap ends every session of the database, that of the lock too where there is no other database to hold it in. */
  private async keepOthersAway(): Promise<void> {
    await this.options.lock?.holdAgain().catch((thrown: unknown) => {
      const sentence = `Other recoveries could not be kept away any more: ${messageOf(thrown)}`;
      this.options.progress.warn(sentence);
      this.kept.remark(sentence);
    });
  }

  private async work(step: Step): Promise<Result> {
    const { method, hooks, execute, signal } = this.options;
    if (step !== "roll_back" && step !== "record") signal.throwIfAborted();
    switch (step) {
      case "select":
        this.incident = { ...this.incident, restore_point: await method.select(this.context) };
        return done;
      case "preview": {
        const preview = await method.preview(this.context);
        this.incident = { ...this.incident, preview };
        if (!execute) return { event: "preview_only", says: "" };
        const obstacle = obstaclesOf(preview);
        if (obstacle !== null) throw obstacle;
        return done;
      }
      case "confirm":
        if (method.marker !== null) await assertMarkable(method.marker);
        this.incident = { ...this.incident, rates_before: await hooks.ratesBefore() };
        return done;
      case "safety_backup": {
        const why = (await method.withoutSafetyBackup(this.context)) ?? (await this.backUp());
        this.incident = { ...this.incident, no_safety_backup: why };
        return done;
      }
      case "quiesce":
        await this.options.lock?.assertHeld();
        // The marker stands before the first write.
        await this.kept.save({});
        if ((await method.quiesce(this.context)).writtenSince) {
          this.kept.remark(
            "Something was written during the safety backup, so another was taken when writers were kept away.",
          );
          await this.backUp();
        }
        return done;
      case "execute":
        await this.options.lock?.assertHeld();
        await method.execute(this.context);
        return done;
      case "verify":
        return await this.verify();
      case "roll_back": {
        const { patience: seconds, progress } = this.options;
        const { context } = this;
        const order = { seconds, progress, signal: context.signal };
        const { undone, says } = await patientRollBack(order, () => method.rollBack(context));
        // Whoever has stopped the run reads no more than that at its end, which would sound as if nothing were left.
        if (!undone && this.options.signal.aborted) progress.warn(says);
        return { event: undone ? "undone" : "not_undone", says };
      }
      case "announce":
        // What was not recovered has none: how production stands is said by the roll-back.
        if (this.incident.state.outcome === null) {
          this.incident = { ...this.incident, next_steps: [...method.nextSteps(this.context)] };
        }
        this.incident = { ...this.incident, told: [...(await hooks.announce(this.incident))] };
        return done;
      case "watch": {
        const watch = await hooks.watch(this.incident);
        this.incident = { ...this.incident, watch };
        if (watch.verdict === "not_watched") throw recoveryErrors.not_watched({ why: watch.findings.join("; ") });
        return { event: watch.verdict === "quiet" ? "done" : "regressed", says: watch.findings.join("; ") };
      }
      case "record":
        await hooks.record(this.incident);
        return done;
    }
  }

  /** Gives why there is nothing to back up, and null where a safety backup was taken. */
  private async backUp(): Promise<string | null> {
    try {
      const taken = await this.options.hooks.safetyBackup();
      this.incident = { ...this.incident, safety_backups: [...this.incident.safety_backups, taken] };
      return null;
    } catch (error) {
      // Whoever has dropped everything has left nothing that could get lost, and must not keep it from coming back.
      if (!(error instanceof IthacaError) || error.id !== "backup.dump_empty") throw error;
      return "production holds nothing at all: there is nothing to back up";
    }
  }

  /** Writers come back only to a production that was verified. */
  private async verify(): Promise<Result> {
    const { method } = this.options;
    const verification = await method.verify(this.context);
    this.incident = { ...this.incident, verification };
    const bad = verification.checks.filter(({ status }) => status !== "passed");
    if (bad.length > 0 || verification.checks.length === 0) {
      const what = bad.map(({ title, reason, actual }) => `${title}: ${reason || actual}`).join("; ");
      throw recoveryErrors.not_verified({ what: what || "nothing was checked" });
    }
    await method.release(this.context);
    return { event: "done", says: `${verification.checks.length} checks passed` };
  }
}
