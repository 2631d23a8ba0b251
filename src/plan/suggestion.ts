import { closest, distance } from "fastest-levenshtein";

/** The known word that was probably meant, or null where none is near enough to be a help. */
export function suggestion(word: string, known: readonly string[]): string | null {
  if (known.length === 0 || word.length > 80) return null;
  const normal = word.toLowerCase().replaceAll("-", "_");
  const same = known.find((candidate) => candidate.toLowerCase().replaceAll("-", "_") === normal);
  if (same !== undefined) return same;
  const nearest = closest(word, [...known]);
  // Two letters may be wrong in a short word, a third of them in a long one.
  return distance(word, nearest) <= Math.max(2, Math.floor(nearest.length / 3)) && distance(word, nearest) < word.length
    ? nearest
    : null;
}
