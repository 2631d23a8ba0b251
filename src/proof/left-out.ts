import { canonical, isQualified, unquoted } from "./names.ts";
import type { ProofContext } from "./types.ts";

/**
 * The tables and sequences that went with the extensions which the restore left out (the server lacks them, or they
 * would act), by canonical name: the extension marked them as configuration, so the source's dump carries their rows.
 */
export function leftOutRelations({ expected, restoreSkipped }: ProofContext): ReadonlySet<string> {
  const skipped = new Set(restoreSkipped.filter(({ kind }) => kind === "extension").map(({ object }) => object));
  const names = new Set<string>();
  for (const { kind, name, attributes } of expected.inventory) {
    if (kind !== "extension" || !(skipped.has(name) || skipped.has(unquoted(name)))) continue;
    const { configuration } = attributes;
    if (configuration === null || typeof configuration !== "object") continue;
    // Objects of pg_catalog are named without their schema; no census holds any.
    for (const relation of Object.keys(configuration)) if (isQualified(relation)) names.add(canonical(relation));
  }
  return names;
}
