import type { Belongings } from "./belongings.ts";

/** So many times the users that will be asked are drawn, so that there is somebody to choose from. */
export const candidatesPerWitness = 5;

/**
 * Chooses, of the users that were drawn, those that can tell most: who owns nothing sees the same whether policies work
 * or not. Of each role in the application, and of those who have none, the first is who has rows in most tables, and
 * each further one who has them in most tables that the others have none in; of equals, who has them in most at all, then
 * who was drawn first. Rare roles choose first, and nobody stands for two roles as long as there are others.
 *
 * @param drawn in the order in which they were drawn, with the roles that they were drawn of
 * @param perRole users of each role
 * @returns their places in `drawn`, ascending
 */
export function chooseWitnesses(
  drawn: readonly { readonly drawn_of: readonly string[] }[],
  belongings: Belongings,
  perRole: number,
): number[] {
  const tables = new Map<number, Set<number>>();
  for (const [oid, rows] of belongings) {
    for (const { owner } of rows) tables.set(owner, (tables.get(owner) ?? new Set()).add(oid));
  }
  const places = drawn.flatMap(({ drawn_of }, place) =>
    (drawn_of.length === 0 ? [null] : drawn_of).map((role) => ({ role, place })),
  );
  const holders = [...Map.groupBy(places, ({ role }) => role).values()].sort((one, other) => one.length - other.length);
  const chosen = new Set<number>();
  for (const role of holders) {
    const left = new Set(role.map(({ place }) => place).filter((place) => !chosen.has(place)));
    const covered = new Set<number>();
    const adds = (place: number) => tables.get(place)?.difference(covered).size ?? 0;
    const has = (place: number) => tables.get(place)?.size ?? 0;
    const tellsMore = (one: number, other: number) => adds(one) - adds(other) || has(one) - has(other);
    for (let found = 0; found < perRole && left.size > 0; found += 1) {
      const best = [...left].reduce((one, other) => (tellsMore(other, one) > 0 ? other : one));
      left.delete(best);
      chosen.add(best);
      for (const oid of tables.get(best) ?? []) covered.add(oid);
    }
  }
  return [...chosen].sort((one, other) => one - other);
}

/** What belongs to some of the owners only. A table in which they have nothing is not there. */
export function ownedBy(belongings: Belongings, owners: readonly number[]): Belongings {
  const wanted = new Set(owners);
  const theirs = [...belongings].map(([oid, rows]) => [oid, rows.filter(({ owner }) => wanted.has(owner))] as const);
  return new Map(theirs.filter(([, rows]) => rows.length > 0));
}
