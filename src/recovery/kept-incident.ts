import { IthacaError, messageOf } from "../base/errors.ts";
import { redact } from "../base/redact.ts";
import type { DriveOptions } from "./drive-options.ts";
import { writingSteps } from "./machine.ts";
import { removeMarker, writeMarker } from "./marker.ts";
import type { Incident } from "./types.ts";

/** The incident of a run: as it stands, in its file, and as the marker in the database. */
export class KeptIncident {
  now: Incident;
  private readonly options: DriveOptions;
  private unwritten = false;

  constructor(options: DriveOptions) {
    this.options = options;
    this.now = options.incident;
  }

  /** Something that belongs into the incident file, as a sentence. */
  remark(sentence: string): void {
    this.now = { ...this.now, remarks: [...new Set([...this.now.remarks, redact(sentence)])] };
  }

  /** The log with one more line. */
  log(event: string, says: string, seconds: number | null): Incident["log"] {
    const { step } = this.now.state;
    const at = this.options.clock.now().toISOString();
    return [...this.now.log, { at, step, event, says: redact(says), seconds }];
  }

  /**
   * The file first: where the database cannot take the marker, the file still says what was about to happen. Where the
   * file cannot be written, the marker is enough: a full disk here must not leave production half way.
   */
  async save(changes: Partial<Incident>): Promise<void> {
    await this.write(changes, this.now.state.step !== "roll_back");
  }

  /**
   * What follows on a step. Where only the file takes it, the marker speaks of the step before, and whoever goes on with
   * that looks at production first: this is no reason to leave production as it is now, with its writers locked out.
   */
  async moveOn(changes: Pick<Incident, "state" | "log">): Promise<void> {
    await this.write(changes, false);
  }

  private async write(changes: Partial<Incident>, needsMarker: boolean): Promise<void> {
    const { method, hooks, execute, clock } = this.options;
    this.now = { ...this.now, ...changes, updated_at: clock.now().toISOString() };
    if (!execute) return;
    const marker = writingSteps.has(this.now.state.step) ? method.marker : null;
    let inFile = true;
    await hooks.save(this.now).catch((thrown: unknown) => {
      if (marker === null || !(thrown instanceof IthacaError) || thrown.kind !== "surroundings") throw thrown;
      inFile = false;
      this.tellUnwritten(thrown);
    });
    if (marker === null) return;
    await writeMarker(marker, this.now).catch((thrown: unknown) => {
      // A database that takes no marker, because it is down or its disk is full, needs the roll-back all the more.
      if (!inFile || needsMarker) throw thrown;
      this.remark(`The marker could not be written: ${messageOf(thrown)}`);
    });
  }

  private tellUnwritten(thrown: IthacaError): void {
    if (this.unwritten) return;
    this.unwritten = true;
    const sentence = `Only the marker in the database says how far this has come: ${thrown.message}`;
    this.options.progress.warn(sentence);
    this.remark(sentence);
  }

  /** The marker has done its duty when production is verified, or is as it was. */
  async removeMarker(): Promise<void> {
    const { method } = this.options;
    if (method.marker === null) return;
    await removeMarker(method.marker).catch((thrown: unknown) => {
      this.remark(`The marker (schema ithaca_recovery) could not be removed: ${messageOf(thrown)}`);
    });
  }

  /** Whoever meets a database that could not be put back must know: the marker stays, and says so. */
  async keepMarker(): Promise<void> {
    const { method } = this.options;
    if (method.marker === null) return;
    await writeMarker(method.marker, this.now).catch((thrown: unknown) => {
      this.remark(`The marker could not be written: ${messageOf(thrown)}`);
    });
  }
}
