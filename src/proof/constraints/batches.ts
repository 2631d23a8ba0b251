/** So many small tables share a query, because each query costs a round trip. */
const most = 40;
const mostBytes = 8 * 1024 * 1024;

/** Divides what is to be read, in its order, into batches: small ones together, a large one by itself. */
export function inBatches<T extends { readonly bytes: number }>(items: readonly T[]): T[][] {
  const batches: T[][] = [];
  let bytes = 0;
  for (const item of items) {
    const last = batches.at(-1);
    if (last !== undefined && last.length < most && bytes + item.bytes <= mostBytes) {
      last.push(item);
      bytes += item.bytes;
    } else {
      batches.push([item]);
      bytes = item.bytes;
    }
  }
  return batches;
}

/** Runs a batch as one; where that fails, each of it by itself, so that only the one at fault is told as such. */
export async function oneByOneIfNeeded<T, R>(
  batch: readonly T[],
  work: (items: readonly T[]) => Promise<readonly R[]>,
  failed: (item: T, thrown: unknown) => void,
): Promise<R[]> {
  try {
    return [...(await work(batch))];
  } catch (thrown) {
    const [first] = batch;
    if (batch.length === 1 && first !== undefined) {
      failed(first, thrown);
      return [];
    }
    const results: R[] = [];
    for (const item of batch) results.push(...(await oneByOneIfNeeded([item], work, failed)));
    return results;
  }
}
