import { spellAmount } from "../../base/spell.ts";
import type { Session } from "../../postgres/types.ts";
import { inBatches, oneByOneIfNeeded } from "../constraints/batches.ts";
import { readingHeap } from "../constraints/reading-heap.ts";
import {
  type Duplicates,
  findDuplicates,
  hasYoungerRows,
  listUniqueKeys,
  type UniqueKey,
} from "../constraints/unique-keys.ts";
import { describeFailure } from "../failure.ts";
import { publicKey } from "../keys.ts";
import { judge, notApplicable } from "../outcome.ts";
import { inReadOnly } from "../read-only.ts";
import type { Check, CheckOutcome, Finding, NotCovered, ProofContext } from "../types.ts";

/**
 * Tables up to this size are always read again. To group the keys of a large one costs about as much as the index build
 * that has just done the same, so there it is done only where a row is younger than the index.
 */
const alwaysReadBytes = 1024 * 1024;

/** Keys without an equality to group by are compared row by row; beyond this size only with the help of their index. */
const pairwiseBytes = 128 * 1024;

/** Seconds that a comparison of pairs may take. */
const pairwiseLimit = 60;

function describe(key: UniqueKey, { total, more, keys }: Duplicates, hashKey: Buffer): string {
  if (!key.usual) return `${spellAmount(total, "row")} in conflict`;
  const shown = keys.map((parts) =>
    publicKey(
      parts.map((value, index) => ({ value, type: key.keys[index]?.type ?? "unknown" })),
      hashKey,
    ),
  );
  return `${spellAmount(total, "row")} too many: ${shown.join("; ")}${more ? "; ..." : ""}`;
}

const needsIndex = ({ usual, bytes }: UniqueKey) => !usual && bytes > pairwiseBytes;

/** A row is looked for through the index, row by row: a conflict shows as long as the index knows either of the two. */
function withIndexes<T>(session: Session, work: () => Promise<T>): Promise<T> {
  return inReadOnly(session, { timeLimit: pairwiseLimit, ownValues: true, settings: { enable_seqscan: "off" } }, work);
}

/** Which keys are read again, and how many stand on the build of their index. */
async function choose({ session }: ProofContext, keys: readonly UniqueKey[]) {
  const again: UniqueKey[] = [];
  let built = 0;
  for (const key of keys) {
    const small = key.bytes <= (key.usual ? alwaysReadBytes : pairwiseBytes);
    // An invalid index says nothing about the rows, whenever it was made.
    const read =
      small || !key.binding || (await inReadOnly(session, {}, () => hasYoungerRows(session, key.table, key.born)));
    if (read) again.push(key);
    else built += 1;
  }
  return { again, built };
}

/**
 * No key stands twice. PostgreSQL has just built each index of the copy from its rows, and would have refused: but an
 * index that was there before its rows proves nothing about them. So the tables themselves are read, and of large ones
 * those in which any row is as young as the index or younger.
 */
export const constraintsUniques: Check = {
  id: "constraints.uniques",
  title: "No key that must be unique stands twice",
  async run(context: ProofContext): Promise<CheckOutcome> {
    const { session, hashKey } = context;
    const keys = await inReadOnly(session, {}, () => listUniqueKeys(session));
    if (keys.length === 0) return notApplicable("Unique keys", "the database has none");
    const unproven: string[] = [];
    const findings: Finding[] = [];
    const notCovered: NotCovered[] = [];
    const { again, built } = await choose(context, keys);
    const [heap, indexed] = [again.filter((key) => !needsIndex(key)), again.filter(needsIndex)];
    for (const batch of [...inBatches(heap), ...indexed.map((key) => [key])]) {
      const found = await oneByOneIfNeeded(
        batch,
        (items) => {
          const work = () => findDuplicates(session, items);
          return items.some(needsIndex) ? withIndexes(session, work) : readingHeap(session, work);
        },
        ({ table, name }, thrown) =>
          unproven.push(`${name} on ${table} could not be looked at: ${describeFailure(thrown)}`),
      );
      for (const { key, duplicates } of found) {
        const { table: object, name } = key;
        const actual = describe(key, duplicates, hashKey);
        if (key.binding) findings.push({ object, attribute: name, expected: "each key once", actual });
        else notCovered.push({ what: `${name} on ${object}: ${actual}`, why: "its index is not valid on the copy" });
      }
    }
    const total = spellAmount(keys.length, "unique key");
    const how =
      built === 0
        ? "read again from the rows"
        : `${again.length - unproven.length} read again from the rows, ${built} just built from rows that have not changed since`;
    return judge({
      expected: total,
      actual: findings.length === 0 ? `${total}: ${how}; none twice` : `${findings.length} of ${total} broken`,
      findings,
      unproven,
      notCovered,
    });
  },
};
