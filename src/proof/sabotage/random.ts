import { createHash } from "node:crypto";

/** Numbers that look random and are the same for the same seed, so that a run can be repeated. */
export interface Random {
  /** A whole number from 0 up to, and not including, `limit`. */
  below(limit: number): number;
  /** The same items in another order; the list itself is left as it is. */
  shuffled<T>(items: readonly T[]): T[];
}

/** Makes a generator from any text: the digests of the seed and a counter, six bytes at a time. */
export function seededRandom(seed: string): Random {
  let counter = 0;
  const below = (limit: number) => {
    const digest = createHash("sha256").update(`${seed}:${counter++}`).digest();
    return limit <= 1 ? 0 : digest.readUIntBE(0, 6) % limit;
  };
  return {
    below,
    shuffled(items) {
      const order = items.map((item) => ({ item, place: below(2 ** 47) }));
      return order.sort((a, b) => a.place - b.place).map(({ item }) => item);
    },
  };
}
