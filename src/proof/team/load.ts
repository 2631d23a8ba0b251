import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { proofErrors } from "../errors.ts";
import type { TeamCheck } from "../types.ts";
import { parseTeamCheck } from "./parse.ts";

/**
 * Loads the team's own checks: every `*.sql` of a folder, in the order of their names.
 *
 * @throws proof.checks_folder where the folder is missing or holds none, proof.check_malformed with every fault of every
 *   file at once: both are errors of the plan, found before anything runs
 */
export async function loadTeamChecks(directory: string): Promise<TeamCheck[]> {
  const entries = await readdir(directory).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? "does not exist" : `cannot be read (${cause.code})`;
    throw proofErrors.checks_folder({ folder: directory, why }, { cause });
  });
  const files = entries.filter((name) => name.endsWith(".sql")).sort();
  if (files.length === 0) throw proofErrors.checks_folder({ folder: directory, why: "holds no .sql file" });
  const checks: TeamCheck[] = [];
  const faults: string[] = [];
  for (const file of files) {
    const parsed = parseTeamCheck(file, await readFile(join(directory, file), "utf8"));
    if ("faults" in parsed) {
      faults.push(...parsed.faults.map((fault) => `${file} ${fault}`));
      continue;
    }
    const twin = checks.find(({ name }) => name === parsed.check.name);
    if (twin !== undefined) faults.push(`${file} has the same name, ${twin.name}, as ${twin.file}`);
    checks.push(parsed.check);
  }
  if (faults.length > 0) throw proofErrors.check_malformed({ faults });
  return checks;
}
