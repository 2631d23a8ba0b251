import fc from "fast-check";
import { expect, test } from "vitest";
import { type Candidate, chooseTables, isChosen, riskOf } from "./choose-tables.ts";

const MB = 1024 * 1024;
const table = (name: string, megabytes: number, more: Partial<Candidate> = {}): Candidate => ({
  name,
  bytes: megabytes * MB,
  critical: false,
  daysSince: 1,
  changed: false,
  ...more,
});

const chosen = (choice: ReturnType<typeof chooseTables>) =>
  choice.tables.filter(({ reason }) => isChosen(reason)).map(({ name }) => name);

const database = fc
  .array(fc.record({ megabytes: fc.integer({ min: 0, max: 900 }), critical: fc.boolean(), changed: fc.boolean() }), {
    maxLength: 30,
  })
  .map((all) => all.map(({ megabytes, ...more }, index) => table(`t${index}`, megabytes, more)));

test("the sample keeps within its room, holds every small table, and names every other with its reason", () => {
  fc.assert(
    fc.property(database, fc.integer({ min: 1, max: 5000 }), fc.string(), (tables, room, seed) => {
      const choice = chooseTables(tables, room * MB, seed);
      const taken = choice.tables.filter(({ reason }) => isChosen(reason));
      expect(taken.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(room * MB);
      expect(choice.tables.map(({ name }) => name).sort()).toEqual(tables.map(({ name }) => name).sort());
      for (const { bytes, reason } of choice.tables) expect(reason === "small").toBe(bytes <= choice.smallUpTo);
      expect(chooseTables([...tables].reverse(), room * MB, seed)).toEqual(choice);
    }),
  );
});

test("each table that fits is restored within the nights that are promised, whatever the lots say", () => {
  fc.assert(
    fc.property(database, fc.integer({ min: 50, max: 3000 }), fc.nat(), (tables, room, seed) => {
      const first = chooseTables(tables, room * MB, `${seed}`);
      const seen = new Map<string, number>();
      for (let night = 0; night < first.nights; night += 1) {
        const now = tables.map((each) => {
          const last = seen.get(each.name);
          return { ...each, daysSince: last === undefined ? null : night - last };
        });
        for (const name of chosen(chooseTables(now, room * MB, `${seed}-${night}`))) seen.set(name, night);
      }
      const never = first.tables.filter(({ name, reason }) => reason !== "too large" && !seen.has(name));
      expect(never).toEqual([]);
    }),
  );
});

test("risk weighs: critical, changed and long unseen tables come more often, and every night has another sample", () => {
  const tables = Array.from({ length: 20 }, (_, index) => table(`t${String(index).padStart(2, "0")}`, 100));
  const risky = tables.map((each) =>
    each.name === "t07" ? { ...each, critical: true, changed: true, daysSince: 1 } : each,
  );
  const nights = Array.from({ length: 200 }, (_, night) => chosen(chooseTables(risky, 400 * MB, `digest ${night}`)));
  const often = (name: string) => nights.filter((names) => names.includes(name)).length;
  expect(often("t07")).toBeGreaterThan(2 * often("t08"));
  expect(new Set(nights.map((names) => names.join())).size).toBeGreaterThan(100);
  expect(nights.every((names) => names.length === 4)).toBe(true);

  const [calm, old] = [table("t", 100), table("t", 100, { daysSince: 20 })];
  expect(riskOf(old)).toBeGreaterThan(riskOf(calm));
  expect(riskOf(table("t", 100, { daysSince: null }))).toBeGreaterThan(riskOf(old));
  expect(riskOf(table("t", 1000))).toBeGreaterThan(riskOf(calm));
});

test("a table that no night has room for is named as such, and does not stand in the others' way", () => {
  const choice = chooseTables([table("huge", 9000), table("a", 300), table("b", 300), table("tiny", 1)], 400 * MB, "x");
  expect(choice.tables).toContainEqual({ name: "huge", bytes: 9000 * MB, reason: "too large" });
  expect(chosen(choice)).toHaveLength(2);
  expect(choice).toMatchObject({ nights: 4, smallUpTo: MB });
  expect(chooseTables([table("a", 300), table("b", 50)], 400 * MB, "x")).toMatchObject({ nights: 1 });
  expect(chooseTables([], 400 * MB, "x")).toEqual({ tables: [], smallUpTo: 0, nights: 1 });
});
