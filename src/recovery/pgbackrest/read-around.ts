import { dirname, join } from "node:path";
import { run } from "../../base/child-process.ts";
import { segmentName } from "../../postgres/wal-segments.ts";
import { pgbackrestErrors } from "./errors.ts";
import type { RestoredCopy } from "./restored-copy.ts";
import { type LoggedTransaction, TransactionReader } from "./transactions.ts";

/** So many segments behind the point are looked through for the first transaction that is not in the copy. */
const segmentsAhead = 4;
/** So many before it are looked through for the last one that is: on a quiet server it may be a while ago. */
const segmentsBehind = 16;
/** So many transactions of each side are shown. */
const shown = 10;

/** What the archive holds around the position at which a recovery stopped. */
export interface Around {
  /** Committed before it, the last one last. */
  readonly before: readonly LoggedTransaction[];
  /** Committed from it on, the first one first; empty where the archive does not go on, or not with a transaction. */
  readonly after: readonly LoggedTransaction[];
  /** The transaction with whose roll-back the archive goes on, if it does. */
  readonly rolledBack: string | null;
}

/**
 * Reads the archive once more, apart from the copy, around the position where its recovery stopped. pg_waldump runs
 * as the copy's OS user, without network: the log is as foreign as the copy.
 */
export async function readAround(copy: RestoredCopy): Promise<Around> {
  const { stop, relay, segmentBytes } = copy;
  const name = (ahead: number) => segmentName(stop.timeline, stop.lsn, segmentBytes, ahead);
  const have = async (segment: string) => relay.segments().includes(segment) || (await relay.bring(segment));
  // A position on the border belongs to a segment that nobody needed yet, and that may not be there.
  const at = (await have(name(0))) ? 0 : -1;
  if (!(await have(name(at)))) throw pgbackrestErrors.log_unreadable({ why: `${name(at)} is not in the archive` });
  let first = at;
  while (relay.segments().includes(name(first - 1))) first -= 1;
  let found = await dump(copy, name(first), name(at));
  for (let last = at; found.after.length === 0 && last < at + segmentsAhead && (await have(name(last + 1))); ) {
    last += 1;
    found = await dump(copy, name(first), name(last));
  }
  while (found.before.length === 0 && first > at - segmentsBehind && (await have(name(first - 1)))) {
    first -= 1;
    found = { ...found, before: (await dump(copy, name(first), name(at))).before };
  }
  return found;
}

async function dump({ site, postgres, relay, stop }: RestoredCopy, from: string, to: string): Promise<Around> {
  const reader = new TransactionReader(stop.lsn, shown);
  const args = [`--path=${relay.delivered}`, `--timeline=${stop.timeline}`, from, to];
  const launch = site.launch(join(dirname(postgres), "pg_waldump"), args);
  const { exitCode } = await run(launch.file, launch.args, {
    env: launch.env,
    cwd: site.home,
    ...launch.identity,
    onStdoutLine: (line) => reader.line(line),
  });
  // It ends with 1 where the log ends, or goes on in a segment that is not there.
  if (reader.records === 0) {
    throw pgbackrestErrors.log_unreadable({ why: `pg_waldump ended with exit code ${exitCode}` });
  }
  return { before: reader.before, after: reader.after, rolledBack: reader.rolledBack };
}
