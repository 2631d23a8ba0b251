import { styleText } from "node:util";
import type { DoctorOutcome } from "../../src/operations/doctor.ts";

/** The doctor's findings, each bad one with what mends it. */
export function doctorText(outcome: DoctorOutcome): string {
  return outcome.checks
    .flatMap(({ status, title, message, mend }) => [
      `${styleText(status, "●")} ${title}: ${message}`,
      ...(mend === null ? [] : [`    ${styleText("bold", "mend:")} ${mend}`]),
    ])
    .join("\n");
}
