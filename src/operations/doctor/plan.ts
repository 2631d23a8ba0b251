import { dayLength } from "../../base/calendar.ts";
import { IthacaError } from "../../base/errors.ts";
import { spellAmount } from "../../base/spell.ts";
import type { DatabasePlan } from "../../plan/schema.ts";
import { type Concern, type Examination, type Patient, subjectOf } from "./types.ts";

/* The plan, and the excuses in it that will not last. */

/** Days before an excuse's last one from which on it is a concern. */
const soon = 14;

interface Excuse {
  readonly what: string;
  readonly owner: string;
  readonly expires: string;
}

/** Every excuse of a database's plan, wherever it stands. */
function excusesOf(database: DatabasePlan): Excuse[] {
  const { exceptions, census, role_views, rehearsal } = database;
  return [
    ...exceptions.map((each) => ({ ...each, what: `of ${each.check ?? "a restore error"}` })),
    ...census.exclude.map((each) => ({ ...each, what: `from hashing ${each.table}` })),
    ...role_views.exclude.map((each) => ({ ...each, what: `from asking ${each.object}` })),
    ...(rehearsal?.excused ?? []).map((each) => ({ ...each, what: `of the test ${each.test}` })),
  ];
}

function excuses(patient: Patient): string | Concern {
  const all = excusesOf(subjectOf(patient).database);
  const today = patient.context.clock.now();
  const day = (offset: number) => new Date(today.getTime() + offset * dayLength).toISOString().slice(0, 10);
  const told = ({ what, owner, expires }: Excuse) => `${what} (${owner}, until ${expires})`;
  const over = all.filter(({ expires }) => expires < day(0));
  if (over.length > 0) {
    throw new Error(
      `${over.length} excuses have run out: ${over.map(told).join(", ")}; mend what they excused, or renew them.`,
    );
  }
  const ending = all.filter(({ expires }) => expires < day(soon));
  if (ending.length === 0) return all.length === 0 ? "none" : `${all.length}, none of which ends within ${soon} days`;
  return {
    message: `${ending.length} end soon: ${ending.map(told).join(", ")}`,
    mend: "mend what they excuse in time",
  };
}

/** The examinations of the plan. */
export function ofPlan(patient: Patient): Examination[] {
  return [
    {
      id: "plan",
      title: "The plan",
      look: async () => {
        const { subject } = patient;
        if (subject instanceof IthacaError) throw subject;
        return `${subject.name}, ${spellAmount(subject.database.critical_tables.length, "critical table")}`;
      },
    },
    { id: "excuses", title: "Excuses in the plan", look: async () => excuses(patient) },
  ];
}
