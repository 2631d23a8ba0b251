import { readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { codeOf } from "../base/errors.ts";
import { redact } from "../base/redact.ts";
import { contradictionsOf } from "./contradictions.ts";
import { readDocument } from "./document.ts";
import { planErrors } from "./errors.ts";
import type { Fault } from "./fault.ts";
import { faultsOf } from "./faults.ts";
import { type Plan, planSchema } from "./schema.ts";

/**
 * Parses a plan's text.
 *
 * @param fileName how the file is called in messages
 * @throws input: everything that is wrong, one line per fault, each as `file:line: key what is wrong; what to do`
 */
export function parsePlan(text: string, fileName: string): Plan {
  const document = readDocument(text);
  const faults: Fault[] = [...document.faults];
  const secretPaths = new Set(document.secrets.map(({ path }) => path.join("\0")));
  const add = (found: readonly { path: readonly PropertyKey[]; message: string }[]): void => {
    for (const { path, message } of found) faults.push({ line: document.lineOf(path), message });
  };
  add(document.secrets);
  if (document.usable) {
    if (document.value === undefined) {
      throw invalid(fileName, [{ line: 1, message: "the plan is empty; it needs at least version and databases" }]);
    }
    const parsed = planSchema.safeParse(document.value);
    if (parsed.success) {
      const contradictions = contradictionsOf(document.value);
      if (faults.length === 0 && contradictions.length === 0) return parsed.data;
      add(contradictions);
    } else {
      const found = [...faultsOf(parsed.error.issues, document.value), ...contradictionsOf(document.value)];
      // A place that holds a secret has its line already.
      add(found.filter(({ path }) => !secretPaths.has(path.map(String).join("\0"))));
    }
  }
  throw invalid(fileName, faults);
}

function invalid(file: string, faults: readonly Fault[]) {
  const inOrder = [...faults].sort((a, b) => a.line - b.line);
  const lines = new Set(inOrder.map(({ line, message }) => redact(`${file}:${line}: ${message}`)));
  return planErrors.invalid({ file, faults: [...lines] });
}

/**
 * Reads and parses a plan.
 *
 * @returns the plan and its folder, absolute: paths in the plan are relative to it
 * @throws input: there is no such file, it cannot be read, or the plan is not valid
 */
export async function loadPlan(path: string): Promise<{ plan: Plan; directory: string }> {
  const absolute = resolve(path);
  const fromHere = relative(process.cwd(), absolute);
  const file = fromHere.startsWith("..") ? absolute : fromHere;
  let text: string;
  try {
    text = await readFile(absolute, "utf8");
  } catch (cause) {
    throw unreadable(file, cause);
  }
  return { plan: parsePlan(text, file), directory: dirname(absolute) };
}

function unreadable(file: string, cause: unknown) {
  const code = codeOf(cause);
  if (code === "ENOENT" || code === "ENOTDIR") return planErrors.missing({ file }, { cause });
  const why = code === "EISDIR" ? "it is a folder" : code === "EACCES" ? "this user may not read it" : "reading failed";
  return planErrors.unreadable({ file: file === "" ? "." : file, why }, { cause });
}
