import type { Incident } from "../../github/incidents/types.ts";
import { keyOf, type Ledger, owedOn } from "../ledger.ts";
import type { Standing } from "./due.ts";
import type { Step } from "./marker.ts";
import { stepSubject } from "./message.ts";

/**
 * Steps that were taken, with the contact's mail still owed: Slack took the message, and whoever is not mentioned there has not
 * heard. A server that puts off whom it does not know takes the mail half an hour later. Pure.
 */
export function owedSteps(incident: Incident, { since, done, answer }: Standing, ledger: Ledger): Step[] {
  return done
    .filter((step) => step === "escalation" || answer === null)
    .filter((step) => owedOn(ledger, keyOf(stepSubject(incident, step, since))).has("mail"));
}
