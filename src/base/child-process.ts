import { constants } from "node:os";
import { execa, type Options } from "execa";
import { guard } from "./guard.ts";
import { redact } from "./redact.ts";

/** How to run a tool. Its environment is built from nothing: only what is listed here reaches it. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What the tool reads on stdin; nothing at all unless told otherwise. */
  readonly input?: string;
  /** Run as another OS user; only root may. Supplementary groups are dropped. */
  readonly uid?: number;
  readonly gid?: number;
  readonly signal?: AbortSignal;
  /** Milliseconds after which the tool is stopped; none unless told otherwise. */
  readonly timeout?: number;
  /** Called for each line that the tool writes to stderr, redacted. */
  readonly onStderrLine?: (line: string) => void;
  /** Called for each line that the tool writes to stdout; `stdout` of the result is then empty: a long run fills no memory. */
  readonly onStdoutLine?: (line: string) => void;
  /** A file that takes stdout as it is, byte by byte; `stdout` of the result is then empty. */
  readonly stdoutFile?: string;
  /** How `signal` and `timeout` stop the tool: SIGTERM unless told otherwise. Some tools tidy up only after SIGINT. */
  readonly killSignal?: "SIGTERM" | "SIGINT";
}

export interface RunResult {
  /**
   * The tool's own; 127 where it was not found, 126 where it could not be started, 124 where `timeout` ran out, and
   * 128 plus the signal's number where a signal ended it: what a shell would say.
   */
  readonly exitCode: number;
  /** As it was written: it may hold what the tool was asked for, so it is not redacted. */
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
    // Without input a tool must not wait for some: it reads the end of the file at once.
    ...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
    ...(options.killSignal === undefined ? {} : { killSignal: options.killSignal }),
    ...(options.onStdoutLine === undefined ? {} : { buffer: { stdout: false } }),
    ...(options.stdoutFile === undefined ? {} : { stdout: { file: options.stdoutFile }, buffer: { stdout: false } }),
  } satisfies Options;
}

/** Asks first, since tools clean up after themselves on SIGTERM, and insists after five seconds. */
const stopProcess =
  'i=0; kill -TERM "$1" && while kill -0 "$1" && [ "$i" -lt 50 ]; do i=$((i + 1)); sleep 0.1; done; kill -KILL "$1"';

/**
 * Runs a tool to its end and gives its exit code and output; a non-zero exit code is not an exception here, because
 * only the caller knows what it means. The tool is stopped when this process dies, however it dies. The output is
 * kept in memory, up to 100 MB: let a tool write large output to a file.
 */
export async function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const child = execa(file, [...args], commonOptions(options));
  using _guard = child.pid === undefined ? noGuard : guard(stopProcess, [String(child.pid)]);
  if (child.pid !== undefined) {
    const { onStderrLine, onStdoutLine } = options;
    const lines = async (from: "stdout" | "stderr", onLine: (line: string) => void) => {
      for await (const line of child.iterable({ from })) onLine(String(line));
    };
    await Promise.all([
      onStderrLine && lines("stderr", (line) => onStderrLine(redact(line))),
      onStdoutLine && lines("stdout", onStdoutLine),
    ]);
  }
  const result = await child;
  const stderr = String(result.stderr ?? "");
  return {
    exitCode: exitCodeOf(result),
    stdout: String(result.stdout ?? ""),
    stderr: redact(stderr === "" && result.failed ? (result.originalMessage ?? "") : stderr),
  };
}

/** A tool whose output is read while it runs. */
export interface RunningTool {
  /** What it writes to stdout, byte by byte as it is. Breaking off stops the tool. */
  readonly stdout: AsyncIterable<Buffer>;
  /** Resolves when it has ended; `stdout` of the result is empty. */
  readonly result: Promise<RunResult>;
}

/** Runs a tool like `run`, and gives its output as a stream, so that its size takes no memory. */
export function runStreaming(file: string, args: readonly string[], options: RunOptions = {}): RunningTool {
  const child = execa(file, [...args], { ...commonOptions(options), buffer: { stdout: false }, encoding: "buffer" });
  const watch = child.pid === undefined ? noGuard : guard(stopProcess, [String(child.pid)]);
  const result = child.then((ended): RunResult => {
    watch[Symbol.dispose]();
    const stderr = Buffer.from(ended.stderr ?? "").toString();
    return {
      exitCode: exitCodeOf(ended),
      stdout: "",
      stderr: redact(stderr === "" && ended.failed ? (ended.originalMessage ?? "") : stderr),
    };
  });
  async function* output(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of child.stdout ?? []) yield Buffer.from(chunk);
    } finally {
      child.kill();
    }
  }
  return { stdout: output(), result };
}

interface Ending {
  readonly exitCode?: number | undefined;
  readonly signal?: NodeJS.Signals | undefined;
  readonly timedOut: boolean;
  readonly code?: string | undefined;
}

function exitCodeOf(ending: Ending): number {
  if (ending.timedOut) return 124;
  if (ending.exitCode !== undefined) return ending.exitCode;
  if (ending.signal !== undefined) return 128 + constants.signals[ending.signal];
  return ending.code === "ENOENT" ? 127 : 126;
}

const noGuard: Disposable = { [Symbol.dispose]() {} };
