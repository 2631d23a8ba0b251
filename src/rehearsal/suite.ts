import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { run } from "../base/child-process.ts";
import { stopwatch } from "../base/clock.ts";
import { scratchDirectory } from "../base/scratch.ts";
import type { LocalApi } from "../supabase/local-api.ts";
import { rehearsalErrors } from "./errors.ts";
import type { Expectations } from "./expectations.ts";
import type { Ending } from "./judge.ts";
import { readResults } from "./results.ts";

export interface SuiteRun {
  /** Absolute path of the suite's folder. */
  readonly folder: string;
  /** As the plan names it. */
  readonly name: string;
  readonly api: Pick<LocalApi, "url" | "anonKey" | "serviceRoleKey">;
  readonly expectations: Expectations;
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
}

/** Reads a file of a suite's folder. @throws rehearsal.suite_missing */
export async function suiteFile(folder: string, name: string, file: string): Promise<string> {
  try {
    return await readFile(join(folder, file), "utf8");
  } catch (cause) {
    throw rehearsalErrors.suite_missing({ folder: name, file }, { cause });
  }
}

/** vitest's own program, wherever npm put it. */
function vitestProgram(): string {
  const manifest = createRequire(import.meta.url).resolve("vitest/package.json");
  return join(dirname(manifest), "vitest.mjs");
}

/**
 * Runs a vitest suite of this repository in a child process with a scrubbed environment: it knows where the API is, its
 * keys, and a file that says what to expect.
 */
export async function runSuite(suite: SuiteRun): Promise<Ending> {
  const { folder, name, api, timeoutSeconds } = suite;
  await suiteFile(folder, name, "vitest.config.ts");
  await using scratch = await scratchDirectory("suite");
  const expectations = join(scratch.path, "expectations.json");
  await writeFile(expectations, JSON.stringify(suite.expectations), { mode: 0o600 });
  const results = join(scratch.path, "results.json");
  const seconds = stopwatch();
  const { exitCode } = await run(
    process.execPath,
    [
      vitestProgram(),
      "run",
      "--config",
      join(folder, "vitest.config.ts"),
      "--reporter=json",
      `--outputFile=${results}`,
    ],
    {
      cwd: folder,
      env: {
        HOME: scratch.path,
        TMPDIR: scratch.path,
        CI: "true",
        SUPABASE_URL: api.url,
        SUPABASE_ANON_KEY: api.anonKey,
        SUPABASE_SERVICE_ROLE_KEY: api.serviceRoleKey,
        ITHACA_EXPECTATIONS: expectations,
      },
      timeout: timeoutSeconds * 1000,
      // Test output quotes rows: it goes nowhere.
      onStdoutLine: () => {},
      ...(suite.signal === undefined ? {} : { signal: suite.signal }),
    },
  );
  const text = await readFile(results, "utf8").catch(() => "");
  return { what: name, exitCode, seconds: seconds(), tests: readResults(text) };
}
