import { styleText } from "node:util";
import type { DoctorOutcome } from "../../src/operations/doctor.ts";

/** One sign per status, which says the same without colours. */
const signs = { green: "✓", yellow: "!", red: "✗" } as const;

/** The doctor's findings, each bad one with what mends it, and how many of them there are. */
export function doctorText(outcome: DoctorOutcome): string {
  const count = (status: keyof typeof signs) => outcome.checks.filter((check) => check.status === status).length;
  const lines = outcome.checks.flatMap(({ status, title, message, mend }) => [
    `${styleText(status, signs[status])} ${title}: ${message}`,
    ...(mend === null ? [] : [`    ${styleText("bold", "mend:")} ${mend}`]),
  ]);
  return [
    ...lines,
    "",
    `${count("green")} well, ${count("yellow")} could be better, ${count("red")} must be mended`,
  ].join("\n");
}
