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

/** The message of a fault is written as "what is wrong; what to do". */
function split(message: string): { message: string; mend: string } {
  const at = message.lastIndexOf("; ");
  if (at < 0) return { message, mend: "see the message" };
  return { message: message.slice(0, at), mend: message.slice(at + 2).replace(/\.$/, "") };
}

async function examine({ id, title, look }: Examination, signal: AbortSignal): Promise<DoctorCheck | null> {
  try {
    const found = await look();
    if (found === null) return null;
    if (typeof found === "string") return { id, title, status: "green", message: found, mend: null };
    return { id, title, status: "yellow", ...found };
  } catch (thrown) {
    signal.throwIfAborted();
    return { id, title, status: "red", ...split(messageOf(thrown)) };
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
