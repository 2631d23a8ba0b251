import { execa, type Options } from "execa";
import { guard } from "./guard.ts";
import { redact } from "./redact.ts";

/** How to run a tool. Its environment is built from nothing: only what is listed here reaches it. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  /** Run as another OS user; only root may. */
  readonly uid?: number;
  readonly gid?: number;
  readonly signal?: AbortSignal;
  /** Milliseconds after which the tool is stopped; none unless told otherwise. */
  readonly timeout?: number;
  /** Called for each line that the tool writes to stderr, redacted. */
  readonly onStderrLine?: (line: string) => void;
}

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Variables that any tool may see. The rest of our environment holds secrets and is not inherited. A decoy
 * DATABASE_URL makes sure that nothing reaches a real database by accident.
 */
export function scrubbedEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin",
    HOME: "/nonexistent",
    LANG: "C.UTF-8",
    LC_ALL: "C.UTF-8",
    TZ: "UTC",
    DATABASE_URL: "postgres://decoy.invalid/decoy",
    ...extra,
  };
}

/** The options that every child process of ours gets. */
function commonOptions(options: RunOptions) {
  return {
    extendEnv: false,
    env: scrubbedEnvironment(options.env),
    reject: false,
    stripFinalNewline: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
  } satisfies Options;
}

/**
 * Runs a tool to its end and gives its exit code and redacted output; a non-zero exit code is not an exception here,
 * because only the caller knows what it means. A tool that cannot be started gives exit code 127.
 * The tool is stopped when this process dies, however it dies.
 */
export async function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const child = execa(file, [...args], commonOptions(options));
  using _guard = child.pid === undefined ? noGuard : guard('kill -TERM "$1" 2>/dev/null', [String(child.pid)]);
  if (options.onStderrLine) {
    const onLine = options.onStderrLine;
    for await (const line of child.iterable({ from: "stderr" })) onLine(redact(String(line)));
  }
  const result = await child;
  return {
    exitCode: result.exitCode ?? (result.code === "ENOENT" ? 127 : 128),
    stdout: String(result.stdout ?? ""),
    stderr: redact(String(result.stderr ?? result.shortMessage ?? "")),
  };
}

const noGuard: Disposable = { [Symbol.dispose]() {} };
