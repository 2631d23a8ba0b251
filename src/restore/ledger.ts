import type { ArchiveEntry } from "./archive.ts";
import { describeEntry } from "./archive.ts";
import { blankValues } from "./blank.ts";

/** One error as pg_restore wrote it. It may hold row data: it never leaves this room. */
export interface RawError {
  readonly dumpId: number | null;
  /** The server's or pg_restore's message, first line only. */
  readonly message: string;
  /** The first line of the statement that failed, where pg_restore names it. */
  readonly command?: string;
}

export interface ParsedStderr {
  readonly errors: readonly RawError[];
  /** pg_restore went through to its end, whatever it met on the way. */
  readonly ranToItsEnd: boolean;
}

/**
 * pg_restore writes its name, the severity and the message one by one. Two workers share a pipe, so that any of them may
 * stand before or behind the other's: `pg_restore:pg_restore:  while PROCESSING TOC:`, ` error: pg_restore: could not …`.
 */
const marks = /^(?: *(?:pg_restore|error|warning):)* */;
const tocEntry = /^from TOC entry (\d+);/;
const queryError = /^could not execute query: (.*)$/s;
const copyError = /^COPY failed for table "(.*)$/s;
/** Messages without a severity, as --verbose has them from workers: behind `error:`, another's message is still to come. */
const information =
  /^(?:$|from TOC entry|while (?:PROCESSING TOC|INITIALIZING|FINALIZING)|(?:creating|processing|launching|skipping|finished|entering|executing|restoring|disabling|enabling) )/;
/** A table's name may hold line breaks; the server's message then comes a few lines later. */
const linesOfAName = 8;

/** A line's marks, what follows them, and whether that is a failure by its own words. */
function takeApart(line: string) {
  const [before = ""] = marks.exec(line) ?? [];
  const text = line.slice(before.length);
  return { before, text, failed: queryError.test(text) || copyError.test(text) };
}

function copyMessage(lines: readonly string[], index: number, rest: string): string {
  const text = [rest, ...lines.slice(index + 1, index + 1 + linesOfAName)].join("\n");
  const match = /": +((?:ERROR|FATAL|PANIC): .*|[^\n]*)/.exec(text);
  return `COPY failed: ${match?.[1] ?? "the reason is not given"}`;
}

function errorMessage(lines: readonly string[], index: number, text: string): string {
  const query = queryError.exec(text);
  if (query !== null) return query[1] ?? "";
  const copy = copyError.exec(text);
  return copy !== null ? copyMessage(lines, index, copy[1] ?? "") : text;
}

const failedCommand = /^Command was: (.+)$/;

/** The statement of an error stands behind it, before pg_restore's next line. */
function commandOf(lines: readonly string[], index: number): Pick<RawError, "command"> {
  for (const line of lines.slice(index + 1)) {
    const { before, failed } = takeApart(line);
    if (failed || before.trim() !== "") break;
    const command = failedCommand.exec(line)?.[1];
    if (command !== undefined) return { command: command.trim() };
  }
  return {};
}

/**
 * Reads what `pg_restore --verbose` wrote to stderr. Each error is put down to the entry that pg_restore named last;
 * an entry with many errors is named once.
 *
 * @param exitCode pg_restore's
 */
export function parseStderr(stderr: string, exitCode: number): ParsedStderr {
  const lines = stderr.split("\n");
  const errors: RawError[] = [];
  let announced = 0;
  let dumpId: number | null = null;
  let ignored = false;
  for (const [index, line] of lines.entries()) {
    const { before, text, failed } = takeApart(line);
    const severe = before.split("error:").length - 1;
    if (!failed && before.trim() === "") continue;
    announced += severe;
    const entry = tocEntry.exec(text);
    if (entry !== null) dumpId = Number(entry[1]);
    if (/^errors ignored on restore: \d+$/.test(text)) ignored = true;
    if (failed || (severe > 0 && !information.test(text))) {
      errors.push({ dumpId, message: errorMessage(lines, index, text), ...commandOf(lines, index) });
    }
  }
  if (announced > errors.length) {
    errors.push({
      dumpId: null,
      message: `pg_restore reported more errors than can be told apart (${announced}, and ${errors.length} can)`,
    });
  }
  if (exitCode !== 0 && errors.length === 0) {
    errors.push({ dumpId: null, message: `pg_restore ended with exit code ${exitCode} and gave no readable reason` });
  }
  return { errors, ranToItsEnd: exitCode === 0 || ignored };
}

/** An error that may be shown: its values are blanked out. */
export interface LedgerEntry {
  readonly message: string;
  readonly object: string;
}

const firstLine = (text: string) => text.trimStart().split("\n", 1)[0]?.trim() ?? "";

/**
 * The entry that an error belongs to. With two workers at once the entry that was named last may be the other's: where
 * the failed statement is that of one other entry, it is this one's error.
 */
function entryOf({ dumpId, command }: RawError, byId: ReadonlyMap<number, ArchiveEntry>): ArchiveEntry | undefined {
  const named = dumpId === null ? undefined : byId.get(dumpId);
  if (command === undefined || (named !== undefined && firstLine(named.defn) === command)) return named;
  const [own, ...more] = [...byId.values()].filter(({ defn }) => firstLine(defn) === command);
  return own !== undefined && more.length === 0 ? own : named;
}

/**
 * Turns raw errors into what a report may show.
 *
 * @param names the names that may stay in a message
 */
export function toLedger(
  errors: readonly RawError[],
  entries: readonly ArchiveEntry[],
  names: ReadonlySet<string>,
): LedgerEntry[] {
  const byId = new Map(entries.map((entry) => [entry.dumpId, entry]));
  return errors.map((error) => {
    const { message } = error;
    const entry = entryOf(error, byId);
    const withoutSeverity = message.replace(/^(COPY failed: )?(?:ERROR|FATAL|PANIC): +/, "$1");
    return {
      message: blankValues(withoutSeverity, names),
      object: entry === undefined ? "" : describeEntry(entry),
    };
  });
}
