import type { IthacaError } from "../base/errors.ts";
import { vaultErrors } from "./errors.ts";

/** A folder of this machine: what ends too early there is a damaged file, where elsewhere it may be the network. */
function isLocal(repository: string): boolean {
  return /^(local:)?\//.test(repository);
}

const truncated = /^(Load\(<|ignoring error for|error for tree).*\bEOF$/m;

/** Ways in which restic fails, by what it says on stderr. Its messages are the same from 0.14 to 0.18. */
type Failure =
  | "wrong_password"
  | "password_unavailable"
  | "no_scratch"
  | "no_space"
  | "locked"
  | "unreachable"
  | "denied"
  | "no_repository"
  | "gone"
  | "damaged"
  | "bad_repository";

/**
 * The order matters: restic wraps every cause in the step that failed ("unable to open config file: ... connection
 * refused"), so causes come before steps.
 */
const patterns: readonly (readonly [Failure, RegExp])[] = [
  ["wrong_password", /wrong password or no key found/i],
  ["password_unavailable", /resolving password failed|an empty password is not/i],
  ["locked", /repository is already locked|unable to create lock in backend: repository is already/i],
  ["no_scratch", /restic-temp-\S*: (no space left on device|disk quota exceeded)/i],
  [
    "no_space",
    /no space left on device|disk quota exceeded|file too large|insufficient storage|\b507\b|storage ?(cap|quota)|quota ?exceeded/i,
  ],
  [
    "denied",
    /permission denied|operation not permitted|read-only file system|access ?denied|access to .* is denied|unauthorized|forbidden|\b40[13]\b|SignatureDoesNotMatch|InvalidAccessKeyId|AuthenticationFailed|no credentials|NoCredentialProviders/i,
  ],
  [
    "unreachable",
    /connection refused|connection reset|no such host|could not resolve|no route to host|network is unreachable|i\/o timeout|deadline exceeded|tls:|x509:|server gave http response|unable to start the sftp session|subprocess ssh|\b50[0234]\b|internal ?(server )?error|dial tcp|unexpected EOF|: EOF/i,
  ],
  ["bad_repository", /parsing repository location failed|invalid backend/i],
  ["gone", /no matching id found|no snapshot found|no snapshot matched/i],
  [
    "damaged",
    /ciphertext verification failed|invalid data returned|not found in repository|not found in index|pack id does not match|repository contains errors|LoadIndex returned errors|load(ing)? .*index.*(fail|error)|StreamPack|\b416\b|InvalidRange|errors? for tree|slice bounds out of range|does not match|invalid JSON|hash mismatch|^Load\(<(data|index|snapshot|key)\//im,
  ],
  [
    "no_repository",
    /unable to open config file:.*(no such|n.t exist|not found|NoSuch|\b404\b)|repository does not exist|config file does not exist|^RESPONSE 404/i,
  ],
];

/** Exit codes that newer versions give for these failures (restic 0.17, "Exit codes"); older ones only ever give 1. */
const byExitCode: Readonly<Record<number, Failure>> = { 10: "no_repository", 11: "locked", 12: "wrong_password" };

/** Lines that tell nothing, or only that something was told before; and restic's stack traces. */
const noise =
  /^\s*$|^\s*\S*signal interrupt|^Is there a repository|^Fatal: There were|^Fatal: repository contains errors|unlock. command|^storage ID|^goroutine|^\t|^(main|runtime|github\.com|golang\.org)[./]|^created new cache/;

/** Newer versions put errors on stderr as JSON: their messages are unwrapped. */
export function plainLine(line: string): string {
  const message = /^\{.*"message":\s*("(?:[^"\\]|\\.)*")/.exec(line)?.[1];
  if (message === undefined) return line;
  try {
    return String(JSON.parse(message));
  } catch {
    return line;
  }
}

/** Where in a pack restic reads is no status: the 403rd byte of one is not refused. */
function withoutOffsets(line: string): string {
  return line.replace(/\((<[^>]*>), \d+, \d+\)/g, "($1)");
}

function linesOf(stderr: string): string[] {
  return stderr.split("\n").flatMap((line) => plainLine(line).split("\n").map(withoutOffsets));
}

function usefulOf(lines: readonly string[]): string[] {
  return lines.filter((line) => !noise.test(line));
}

/** The line of restic's that tells people most: the one that matched, else the last that is not noise. */
function tellingLine(lines: readonly string[], pattern: RegExp | undefined): string {
  const useful = usefulOf(lines);
  const line = useful.find((candidate) => pattern?.test(candidate)) ?? useful.at(-1) ?? lines.at(-1) ?? "";
  const text = line
    .replace(/^(Fatal|error|ignoring error for [^:]*): /i, "")
    .replace(/^\w+\(<([^>]*)>.*?\) returned error, retrying after [^:]*: /, "$1: ")
    .trim();
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}

/** What restic's exit code and stderr (redacted already) mean, as an error for people. */
export function failureOf(repository: string, exitCode: number, stderr: string): IthacaError {
  if (exitCode === 127) return vaultErrors.restic_missing({});
  const lines = linesOf(stderr);
  const candidates = isLocal(repository) ? [["damaged", truncated] as const, ...patterns] : patterns;
  const match = candidates.find(([, pattern]) => lines.some((line) => pattern.test(line)));
  const why = tellingLine(lines, match?.[1]) || `exit code ${exitCode}`;
  const failure = match?.[0] ?? byExitCode[exitCode];
  return failure === undefined
    ? vaultErrors.unexpected({ repository, why })
    : vaultErrors[failure]({ repository, why });
}

const missing = /\b404\b|no such file or directory|does not exist|not found|NoSuchKey/i;

const forbiddenOrFull =
  /permission denied|read-only file system|access ?denied|forbidden|unauthorized|\b40[13]\b|no space left|quota|\b507\b|insufficient storage/i;

/** How often the same request may be repeated: about half a minute in 0.18, which waits 1, 2, 4, 12 and 11 seconds. */
const patience = 6;

/**
 * restic repeats a failed request, for 42 seconds in 0.14 and for up to 15 minutes later. That mends a flaky network,
 * but no refusal, no full disk and no missing file: on these lines the call is ended at once; and no host that is not
 * there: the same request is repeated a few times only. A lock that may not be deleted is no reason to end anything: the
 * work goes on without.
 *
 * @returns a judge of one call's lines, which remembers what it has heard
 */
export function hopelessness(repository: string): (line: string) => boolean {
  const repeated = new Map<string, number>();
  return (line) => {
    const request = /^(.*?) returned error, retrying after/.exec(line)?.[1];
    if (request === undefined || isLockRemoval(line)) return false;
    const times = (repeated.get(request) ?? 0) + 1;
    repeated.set(request, times);
    return times >= patience || isRefusal(withoutOffsets(line), repository);
  };
}

/** Whether no repetition can help. A folder that is listed while another run removes its lock can be listed again. */
function isRefusal(line: string, repository: string): boolean {
  if (/^List\(lock\)/.test(line) && missing.test(line)) return false;
  if (isLocal(repository) && truncated.test(line)) return true;
  return missing.test(line) || forbiddenOrFull.test(line);
}

/** Whether a call ended because restic wanted to read the lock of another run, which had just removed it. */
export function endedByVanishedLock(stderr: string): boolean {
  const last = usefulOf(linesOf(stderr)).at(-1) ?? "";
  return /\block\/[0-9a-f]{8}/.test(last) && missing.test(last) && !isLockRemoval(last);
}

/** Whether restic says that it will try a request again. */
export function isRepetition(line: string): boolean {
  return /returned error, retrying after/.test(line);
}

/** Whether restic complains that it may not delete its own lock: 0.14 tries for ever, 0.17 and later only say so. */
export function isLockRemoval(line: string): boolean {
  return /^Remove\(<lock\//.test(line);
}
