import { IthacaError, messageOf } from "../base/errors.ts";
import type { UseCaseContext } from "./context.ts";
import { ofDatabases } from "./doctor/databases.ts";
import { ofMachine } from "./doctor/machine.ts";
import { ofPeople } from "./doctor/people.ts";
import { ofPlan } from "./doctor/plan.ts";
import { ofServices } from "./doctor/services.ts";
import type { DoctorCheck, Examination, Patient } from "./doctor/types.ts";
import { ofVault } from "./doctor/vault.ts";
import { loadSubject, type SubjectOptions } from "./subject.ts";

export interface DoctorOutcome {
  readonly checks: readonly DoctorCheck[];
}

/** A fault as "what is wrong" and "what to do", which its message has in one sentence. */
function split(thrown: unknown): { message: string; mend: string } {
  const whole = messageOf(thrown);
  const known = thrown instanceof IthacaError ? thrown.mend : null;
  const mend = known ?? whole.slice(whole.lastIndexOf("; ") + 2).replace(/\.$/, "");
  const at = whole.lastIndexOf(`; ${mend}`);
  return at < 0 ? { message: whole, mend: "see the message" } : { message: whole.slice(0, at), mend };
}

async function examine({ id, title, look }: Examination, signal: AbortSignal): Promise<DoctorCheck | null> {
  try {
    const found = await look();
    if (found === null) return null;
    if (typeof found === "string") return { id, title, status: "green", message: found, mend: null };
    return { id, title, status: "yellow", ...found };
  } catch (thrown) {
    signal.throwIfAborted();
    return { id, title, status: "red", ...split(thrown) };
  }
}

/** Looks at everything that the other commands need, changes nothing, and says how to mend what is missing. */
export async function doctor(context: UseCaseContext, options: SubjectOptions): Promise<DoctorOutcome> {
  const subject = await loadSubject(context, options).catch((error: unknown) => {
    if (error instanceof IthacaError) return error;
    throw error;
  });
  const patient: Patient = { context, subject };
  const examinations = [
    ...ofPlan(patient),
    ...ofMachine,
    ...ofDatabases(patient),
    ...ofVault(patient),
    ...ofPeople(patient),
    ...ofServices(patient),
  ];
  const checks = await Promise.all(examinations.map((each) => examine(each, context.signal)));
  return { checks: checks.filter((check) => check !== null) };
}
