import { expect, test } from "vitest";
import type { ArchiveEntry } from "./archive.ts";
import { pastDeadlocks } from "./deadlocks.ts";
import type { RawError } from "./ledger.ts";

const entry = (dumpId: number) => ({ dumpId }) as ArchiveEntry;
const result = (...errors: RawError[]) => ({ errors, ranToItsEnd: true, seconds: 1, secondsToData: 1 });
const deadlock = { dumpId: 2, message: "ERROR:  deadlock detected" };
const missing = { dumpId: 3, message: 'ERROR:  relation "public.i" does not exist' };

test("what failed beside a deadlock is loaded once more, and what that says counts", async () => {
  const asked: number[][] = [];
  const again = async (entries: readonly ArchiveEntry[]) => {
    asked.push(entries.map(({ dumpId }) => dumpId));
    return result({ dumpId: 3, message: "ERROR:  still not" });
  };
  const outside = { dumpId: null, message: "warned of something" };
  const first = result(deadlock, missing, outside);
  expect(await pastDeadlocks([entry(1), entry(2), entry(3)], first, again)).toMatchObject({
    errors: [outside, { dumpId: 3, message: "ERROR:  still not" }],
    ranToItsEnd: true,
    seconds: 2,
  });
  expect(asked).toEqual([[2, 3]]);
});

test("without a deadlock nothing is loaded twice, and a load that broke off stays so", async () => {
  const first = result(missing);
  const never = () => Promise.reject(new Error("loaded again"));
  expect(await pastDeadlocks([entry(3)], first, never)).toBe(first);
  const broken = async () => ({ ...result(), ranToItsEnd: false });
  expect(await pastDeadlocks([entry(2)], result(deadlock), broken)).toMatchObject({ errors: [], ranToItsEnd: false });
});
