import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { codeOf, IthacaError } from "../base/errors.ts";
import { median } from "../base/median.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { judge, notRun } from "../proof/outcome.ts";
import { collect, type Judged } from "../proof/platform/all.ts";
import {
  type ExportedFile,
  type ExportProof,
  exportChecks,
  judgeArrived,
  judgeProven,
  judgeSize,
  newestExport,
} from "../proof/platform/exports.ts";
import type { CheckOutcome } from "../proof/types.ts";
import { isProof } from "../report/history.ts";
import type { AnyReport, Keeper } from "../report/model.ts";
import { openForeign } from "../restore/foreign/open-foreign.ts";
import type { UseCaseContext } from "./context.ts";
import type { Subject } from "./subject.ts";

/** What a look at the exported files came to. */
export interface ExportsLook extends Judged {
  readonly keepers: readonly Keeper[];
}

/** Files of the drop folder, newest first; hidden ones and notes of people are passed over. */
async function droppedFiles(folder: string): Promise<{ name: string; bytes: number; modified: string }[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
  const files = await Promise.all(
    names
      .filter((name) => !/^\.|\.(md|txt)$/i.test(name))
      .map(async (name) => {
        const found = await stat(join(folder, name));
        return found.isFile() ? [{ name, bytes: found.size, modified: found.mtime.toISOString() }] : [];
      }),
  );
  return files.flat().sort((a, b) => b.modified.localeCompare(a.modified));
}

interface Read {
  readonly outcome: CheckOutcome;
  readonly takenAt: string | null;
  readonly digest: string | null;
}

/** Whether an archive is whole is known once it was opened: its format, its list, its end. */
async function read(path: string, name: string, signal: AbortSignal): Promise<Read> {
  const expected = "a format that can be read, to its end";
  await using scratch = await scratchDirectory("export");
  try {
    const { header, digest, form } = await openForeign([path], scratch.path, signal);
    return { outcome: judge({ expected, actual: form, findings: [] }), takenAt: header.takenAt, digest };
  } catch (error) {
    if (!(error instanceof IthacaError) || error.kind === "interrupted") throw error;
    const nothing = { takenAt: null, digest: null };
    if (error.kind === "surroundings") return { outcome: notRun(expected, error.message), ...nothing };
    const finding = { object: name, attribute: "content", expected, actual: error.message };
    return { outcome: judge({ expected, actual: "cannot be read", findings: [finding] }), ...nothing };
  }
}

/** A person may prove an export on a machine of their own and hand in nothing but the report. */
function archiveProofs(reports: readonly AnyReport[]): ExportProof[] {
  return reports.filter(isProof).flatMap(({ level, damaged, backup, verdict, report }) => {
    if (level !== "archive-exact" || damaged || backup === null) return [];
    return [{ id: backup.id, takenAt: backup.taken_at, digest: backup.digest, verdict, report: report.markdown }];
  });
}

/**
 * Looks at the files that a person exports by hand: did one come in time, can it be read, has it its usual size, and was
 * it proven. A proof whose report lies in the reports' folder counts as an export too, so that the file itself need not
 * leave the machine of whoever exported it.
 */
export async function checkExports(
  context: UseCaseContext,
  { database }: Pick<Subject, "database">,
  reports: readonly AnyReport[],
): Promise<ExportsLook> {
  const promised = database.exports;
  if (promised === undefined) return { checks: [], notCovered: [], keepers: [] };
  return context.progress.step("Look for exported files", async () => {
    const now = context.clock.now();
    const folder = resolve(context.workingDirectory, promised.folder);
    const dropped = await droppedFiles(folder);
    const proofs = archiveProofs(reports);
    const [first] = dropped;
    const opened = first === undefined ? null : await read(join(folder, first.name), first.name, context.signal);
    const files = dropped.map(({ name, bytes, modified }, index): ExportedFile => {
      const of = index === 0 ? opened : null;
      const takenAt = of?.takenAt == null ? modified : new Date(of.takenAt).toISOString();
      return { name, bytes, takenAt, digest: of?.digest ?? null };
    });
    const [file, ...earlier] = files;
    const newest = newestExport(files.slice(0, 1), proofs);
    const outcomes: Parameters<typeof collect>[0] = [
      { check: exportChecks.arrived, outcome: judgeArrived(newest, promised.max_age, now) },
      ...(file === undefined || opened === null
        ? []
        : [
            { check: exportChecks.complete, outcome: opened.outcome },
            { check: exportChecks.size, outcome: judgeSize(file, earlier) },
          ]),
      { check: exportChecks.proven, outcome: judgeProven(newest, proofs) },
    ];
    const sizes = earlier.slice(0, 7).map(({ bytes }) => bytes);
    return {
      ...collect(outcomes, database.exceptions, now),
      keepers: [
        {
          place: "exports",
          newest:
            newest === undefined
              ? null
              : {
                  id: newest.id,
                  taken_at: newest.takenAt,
                  age_s: Math.max(0, (now.getTime() - Date.parse(newest.takenAt)) / 1000),
                },
          count: files.length,
          size_bytes: file?.bytes ?? null,
          usual_bytes: sizes.length === 0 ? null : median(sizes),
        },
      ],
    };
  });
}
