import type { z } from "zod";
import { run } from "../base/child-process.ts";
import { messageOf } from "../base/errors.ts";
import type { ResticSettings } from "./environment.ts";
import { vaultErrors } from "./errors.ts";
import { endedByVanishedLock, failureOf, hopelessness, isLockRemoval, isRepetition } from "./failures.ts";
import type { VaultOptions } from "./types.ts";

export interface CallOptions extends VaultOptions {
  readonly cwd?: string;
  /** Exit codes that are not failures; 0 unless told otherwise. */
  readonly accept?: readonly number[];
  /** A failure whose stderr matches is the caller's to judge. */
  readonly tolerate?: RegExp;
  /** Whether the work is done although restic still runs: it is ended then if all that it cannot do is to delete its lock. */
  readonly isDone?: () => boolean;
  /** A file that takes stdout as it is; `stdout` is then empty. */
  readonly stdoutFile?: string;
  /** Takes stdout line by line, for long calls; `stdout` is then empty. */
  readonly onLine?: (line: string) => void;
}

export interface ResticOutput {
  readonly exitCode: number;
  readonly stdout: string;
  /** Redacted. */
  readonly stderr: string;
}

/** restic on one repository. */
export interface Restic {
  readonly repository: string;
  /** Runs one command. @throws one of `vaultErrors` */
  call(args: readonly string[], options?: CallOptions): Promise<ResticOutput>;
  /** Parses what a command printed. @throws unexpected where it is not what the schema says */
  parse<T>(schema: z.ZodType<T>, text: string): T;
  /** Major and minor version of the program, such as [0, 14]. */
  version(): Promise<readonly [number, number]>;
}

const lockLeft = "The vault's credential may not delete locks, so one was left; `check` removes it once it is stale.";

/** The first version with repository format 2, which compresses; what we rely on is the same up to 0.18. */
const oldest = [0, 14] as const;

const versions = new Map<string, Promise<readonly [number, number]>>();

/** The version of the program that PATH names, which is asked once. */
function installedVersion(): Promise<readonly [number, number]> {
  const path = process.env.PATH ?? "";
  const known = versions.get(path);
  if (known !== undefined) return known;
  const version = askVersion();
  versions.set(path, version);
  // What failed is asked again: it may be mended by then.
  version.catch(() => versions.delete(path));
  return version;
}

async function askVersion(): Promise<readonly [number, number]> {
  const { exitCode, stdout, stderr } = await run("restic", ["version"]);
  const match = /restic (\d+)\.(\d+)/.exec(stdout);
  if (exitCode !== 0 || match === null) throw failureOf("this machine", exitCode, stderr);
  const [major, minor] = [Number(match[1]), Number(match[2])];
  if (major === oldest[0] && minor < oldest[1]) {
    throw vaultErrors.restic_too_old({ found: `${major}.${minor}`, needed: oldest.join(".") });
  }
  return [major, minor];
}

/** So often a call is made again for a lock that vanished: two runs at once meet each other's. */
const attempts = 4;

/** One call that came to its end. */
interface Ended {
  readonly result: ResticOutput;
  /** `done`: ended by us since only its lock could not be deleted any more. `failed` also where no repetition could help. */
  readonly outcome: "accepted" | "done" | "failed";
}

async function callOnce(
  { repository, environment, options: flags }: ResticSettings,
  args: readonly string[],
  options: CallOptions,
): Promise<Ended> {
  const isHopeless = hopelessness(repository);
  const [hopeless, done] = [new AbortController(), new AbortController()];
  const result = await run("restic", [...flags, ...args], {
    env: environment,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.onLine === undefined ? {} : { onStdoutLine: options.onLine }),
    ...(options.stdoutFile === undefined ? {} : { stdoutFile: options.stdoutFile }),
    signal: AbortSignal.any([hopeless.signal, done.signal, ...(options.signal ? [options.signal] : [])]),
    // On SIGINT restic removes its locks; on SIGTERM older versions leave them behind.
    killSignal: "SIGINT",
    onStderrLine: (line) => {
      if (isHopeless(line)) hopeless.abort();
      if (isRepetition(line) && isLockRemoval(line) && options.isDone?.()) done.abort();
    },
  });
  options.signal?.throwIfAborted();
  const outcome = (): Ended["outcome"] => {
    if (hopeless.signal.aborted) return "failed";
    if (done.signal.aborted) return "done";
    return (options.accept ?? [0]).includes(result.exitCode) ? "accepted" : "failed";
  };
  return { result, outcome: outcome() };
}

/** restic with these settings. Nothing is run, and no version is asked, before the first call. */
export function openRestic(settings: ResticSettings): Restic {
  const { repository } = settings;
  return {
    repository,
    version: installedVersion,
    parse(schema, text) {
      try {
        return schema.parse(JSON.parse(text));
      } catch (error) {
        throw vaultErrors.unexpected({ repository, why: `its output is not what it should be: ${messageOf(error)}` });
      }
    },
    async call(args, options = {}) {
      await installedVersion();
      options.signal?.throwIfAborted();
      let ended = await callOnce(settings, args, options);
      for (let attempt = 1; attempt < attempts; attempt += 1) {
        if (ended.outcome !== "failed" || !endedByVanishedLock(ended.result.stderr)) break;
        ended = await callOnce(settings, args, options);
      }
      const { result, outcome } = ended;
      if (outcome === "done") {
        options.warn?.(lockLeft);
        return { ...result, exitCode: 0 };
      }
      if (outcome === "accepted") {
        if (result.stderr.split("\n").some(isLockRemoval)) options.warn?.(lockLeft);
        return result;
      }
      if (options.tolerate?.test(result.stderr)) return result;
      throw failureOf(repository, result.exitCode, result.stderr);
    },
  };
}
