import { stopwatch } from "../../base/clock.ts";
import { IthacaError } from "../../base/errors.ts";
import { spellSeconds } from "../../base/spell.ts";
import type { NotCovered } from "../../proof/types.ts";
import type { Incident } from "../../recovery/types.ts";
import type { DrillReport, Objective } from "../../report/model.ts";

export type Part = DrillReport["phases"][number]["part"];

/** What a drill has come to so far, so that one that ends early still gives a report. */
export class DrillRun {
  readonly phases: DrillReport["phases"][number][] = [];
  readonly checks: DrillReport["checks"][number][] = [];
  readonly notCovered: NotCovered[] = [];
  backup: DrillReport["backup"] = null;
  rows: DrillReport["rows"] = null;
  rehearsal: DrillReport["rehearsal"] = null;
  older: DrillReport["older"] = null;
  rtoSeconds: number | null = null;
  rpoSeconds: number | null = null;
  reason = "";
  private current = "begin";

  /** Runs a phase and records its time, also when it fails. */
  timed(part: Part): <T>(name: string, work: () => Promise<T>) => Promise<T> {
    return async (name, work) => {
      this.current = name;
      const seconds = stopwatch();
      try {
        return await work();
      } finally {
        this.phases.push({ name, seconds: seconds(), part });
      }
    };
  }

  check(id: string, title: string, well: boolean, texts: { expected: string; otherwise: string }): void {
    const { expected, otherwise } = texts;
    const status = well ? "passed" : "failed";
    const actual = well ? expected : otherwise;
    this.checks.push({ id, title, status, expected, actual, findings: [], seconds: 0, reason: "" });
  }

  /** A promise of the plan; where nothing was measured nobody can tell whether it was kept. */
  promise(name: "rto" | "rpo", title: string, { target_s, measured_s, met }: Objective): void {
    this.checks.push({
      id: `objectives.${name}`,
      title,
      status: met === null ? "not_run" : met ? "passed" : "failed",
      expected: `within ${spellSeconds(target_s)}`,
      actual: measured_s === null ? "not measured" : spellSeconds(measured_s),
      findings: [],
      seconds: 0,
      reason: met === null ? `the drill ended in ${this.current}` : "",
    });
  }

  /** What the recovery came to: its own proof counts as the drill's. */
  take(incident: Incident, seconds: number, sizeBytes: number): void {
    const { verification, restore_point, state } = incident;
    this.checks.push(...(verification?.checks ?? []).map((check) => ({ ...check, findings: [], seconds: 0 })));
    this.notCovered.push(...(verification?.not_covered ?? []));
    const chosen = restore_point?.backup ?? null;
    this.backup = chosen === null ? null : { ...chosen, size_bytes: sizeBytes };
    const recovered = state.outcome === "recovered";
    if (recovered) this.rtoSeconds = Math.round(seconds * 1000) / 1000;
    const last = incident.log.findLast(({ event }) => event !== "done");
    this.check("drill.recovered", "Production came back, proven", recovered, {
      expected: "recovered",
      otherwise: last?.says || `the recovery ended as ${state.outcome ?? "nothing"}`,
    });
  }

  /** Wrong input is told as such; whatever else ended the drill is its result. */
  endEarly(thrown: unknown): void {
    if (!(thrown instanceof IthacaError) || thrown.kind === "input" || thrown.kind === "interrupted") throw thrown;
    this.reason = thrown.message;
    this.checks.push({
      id: "run.completed",
      title: "The drill came to its end",
      status: thrown.kind === "failed" ? "failed" : "not_run",
      expected: "every phase",
      actual: `ended in ${this.current}`,
      findings: [],
      seconds: 0,
      reason: thrown.message,
    });
  }
}
