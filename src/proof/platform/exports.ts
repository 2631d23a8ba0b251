import { median } from "../../base/median.ts";
import { spellAmount, spellBytes } from "../../base/spell.ts";
import { spell } from "../checks/objectives.ts";
import { judge } from "../outcome.ts";
import type { CheckOutcome } from "../types.ts";

/* Files that a person exports by hand. Pure: what lies there, and what was proven, is brought by the operation. */

/** A file in the drop folder. */
export interface ExportedFile {
  readonly name: string;
  readonly bytes: number;
  /** When its content was taken, ISO 8601 UTC: by its own header, or by the file's time. */
  readonly takenAt: string;
  /** SHA-256; null where it cannot be read as a backup. */
  readonly digest: string | null;
}

/** A proof of an archive from elsewhere. */
export interface ExportProof {
  readonly id: string;
  readonly takenAt: string;
  readonly digest: string;
  readonly verdict: string;
  /** The report's path. */
  readonly report: string;
}

export const exportChecks = {
  arrived: { id: "exports.arrived", title: "An export came in time" },
  complete: { id: "exports.complete", title: "The newest export can be read to its end" },
  size: { id: "exports.size", title: "The newest export has its usual size" },
  proven: { id: "exports.proven", title: "The newest export was restored and proven" },
} as const;

/** The newest export that is known: a file, or one that was proven on another machine. */
export function newestExport(
  files: readonly ExportedFile[],
  proofs: readonly ExportProof[],
): { readonly id: string; readonly takenAt: string; readonly digest: string | null } | undefined {
  const all = [...files.map((file) => ({ ...file, id: file.name })), ...proofs];
  return all.sort((a, b) => b.takenAt.localeCompare(a.takenAt))[0];
}

const secondsSince = (iso: string, now: Date) => Math.max(0, (now.getTime() - Date.parse(iso)) / 1000);

/** @param maxAge seconds */
export function judgeArrived(
  newest: { readonly id: string; readonly takenAt: string } | undefined,
  maxAge: number,
  now: Date,
): CheckOutcome {
  const expected = `an export not older than ${spell(maxAge)}`;
  const age = newest === undefined ? null : secondsSince(newest.takenAt, now);
  const actual = age === null ? "none" : `${spell(age)} old`;
  const finding = { object: newest?.id ?? "exports", attribute: "age", expected, actual };
  return judge({ expected, actual, findings: age !== null && age <= maxAge ? [] : [finding] });
}

const sizeFactor = 2;
const sizeFloor = 4 * 1024 * 1024;
const fewest = 3;

/** Against the median of the seven before it, both ways. */
export function judgeSize(file: ExportedFile, earlier: readonly ExportedFile[]): CheckOutcome {
  const expected = `within a factor of ${sizeFactor} of the median of the last 7`;
  const sizes = earlier.slice(0, 7).map(({ bytes }) => bytes);
  if (sizes.length < fewest) {
    const outcome = judge({ expected, actual: spellBytes(file.bytes), findings: [] });
    return { ...outcome, reason: `only ${spellAmount(sizes.length, "earlier export")} to compare with` };
  }
  const usual = median(sizes);
  const actual = `${spellBytes(file.bytes)}, usually ${spellBytes(usual)}`;
  const far = file.bytes > usual * sizeFactor || file.bytes * sizeFactor < usual;
  const wrong = far && Math.abs(file.bytes - usual) >= sizeFloor;
  const finding = { object: file.name, attribute: "size", expected, actual };
  return judge({ expected, actual, findings: wrong ? [finding] : [] });
}

/** The newest export has a proof of its own, and that ended proven. */
export function judgeProven(newest: ReturnType<typeof newestExport>, proofs: readonly ExportProof[]): CheckOutcome {
  const expected = "an archive-exact proof of the newest export";
  const of = newest === undefined ? [] : proofs.filter(({ digest }) => digest === newest.digest);
  const good = of.find(({ verdict }) => verdict === "proven");
  if (good !== undefined) return judge({ expected, actual: `${good.id}, in ${good.report}`, findings: [] });
  const actual = of[0] === undefined ? "none" : `its proof ended ${of[0].verdict}`;
  const finding = { object: newest?.id ?? "exports", attribute: "proof", expected, actual };
  return judge({ expected, actual, findings: [finding] });
}
