import type { IthacaError } from "../../base/errors.ts";
import type { UseCaseContext } from "../context.ts";
import type { Subject } from "../subject.ts";

/** One requirement and how it is met. */
export interface DoctorCheck {
  readonly id: string;
  readonly title: string;
  /** green: met; yellow: it will do, or it could not be looked at; red: some command cannot work. */
  readonly status: "green" | "yellow" | "red";
  readonly message: string;
  /** The one thing to do about it; null where it is green. */
  readonly mend: string | null;
}

/** What will do, but not for ever or not for everything. */
export interface Concern {
  readonly message: string;
  readonly mend: string;
}

/** One thing that the doctor looks at. */
export interface Examination {
  readonly id: string;
  readonly title: string;
  /** Gives the fact that is shown where all is well, or a concern; null where another line says all; throws what is wrong. */
  readonly look: () => Promise<string | Concern | null>;
}

/** What an examination may look at. */
export interface Patient {
  readonly context: UseCaseContext;
  /** The database of the plan, or what is wrong with the plan. */
  readonly subject: Subject | IthacaError;
}

/** The subject, for what cannot be looked at without one. */
export function subjectOf({ subject }: Patient): Subject {
  if (subject instanceof Error) throw new Error("Without a plan it is not known what to look at; mend the plan first.");
  return subject;
}

/** A variable of the environment; null where it is empty or not set. */
export function variable({ context }: Patient, name: string): string | null {
  const value = context.environment[name];
  return value === undefined || value === "" ? null : value;
}
