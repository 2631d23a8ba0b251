import { spellSeconds } from "../../base/spell.ts";
import { cell, code, prose, table } from "../escape.ts";
import { andMore, type Limits } from "../limits.ts";
import type { ProofReport } from "../model.ts";

/** Every error of the restore, and what allows it: those that nothing allows come first. */
export function restoreErrors(report: ProofReport, limits: Limits): string[] {
  const sorted = [...report.restore_errors].sort(
    (a, b) => Number(a.allowed_by !== null) - Number(b.allowed_by !== null),
  );
  const rows = sorted
    .slice(0, limits.restoreErrors)
    .map(({ object, message, allowed_by }) => [
      code(object),
      code(message, 300),
      allowed_by === null ? "❌ nothing" : cell(allowed_by),
    ]);
  return [
    "## Restore errors",
    "",
    ...(rows.length === 0 ? ["None.", ""] : table(["Entry of the archive", "Message", "Allowed by"], rows)),
    ...andMore(sorted.length, rows.length, "errors"),
  ];
}

/** What this proof says nothing about, each with its reason. */
export function notCovered(report: Pick<ProofReport, "not_covered">, limits: Limits): string[] {
  const rows = report.not_covered.slice(0, limits.notCovered).map(({ what, why }) => [cell(what), cell(why)]);
  return [
    "## What is not covered",
    "",
    ...(rows.length === 0 ? ["Nothing that is known.", ""] : table(["What", "Why"], rows)),
    ...andMore(report.not_covered.length, rows.length, "of them"),
  ];
}

/** The negative control: harm done to the copy, and whether the checks saw it. */
export function sabotage({ sabotage }: ProofReport): string[] {
  const head = ["## Self-test by sabotage", ""];
  if (sabotage === null) return [...head, "Not asked in this run.", ""];
  const { tried, caught, missed } = sabotage;
  return [
    ...head,
    `After the checks the copy was harmed in ${tried} ways: caught ${caught}/${tried}.`,
    "",
    ...(missed.length === 0 ? [] : ["Missed:", "", ...missed.slice(0, 50).map((act) => `- ${code(act)}`), ""]),
  ];
}

const testOrder = (status: string) => ({ failed: 0, skipped: 1 })[status] ?? 2;

/** The app's own tests on the copy: the failed and the skipped by name. */
export function rehearsal({ rehearsal }: ProofReport, limits: Limits): string[] {
  const head = ["## The app on the copy", ""];
  if (rehearsal === null) return [...head, "Not asked in this run.", ""];
  const { passed, failed, skipped, tests } = rehearsal;
  const sorted = [...tests].sort((a, b) => testOrder(a.status) - testOrder(b.status));
  const shown = sorted.slice(0, limits.tests);
  return [
    ...head,
    `${passed} passed, ${failed} failed, ${skipped} skipped.`,
    "",
    ...table(
      ["Result", "Test", "Time", "Error"],
      shown.map((test) => [
        cell(test.status),
        prose(test.name, 200),
        spellSeconds(test.seconds),
        code(test.error ?? ""),
      ]),
    ),
    ...andMore(sorted.length, shown.length, "tests"),
  ];
}
