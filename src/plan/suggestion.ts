import { distance as editDistance } from "fastest-levenshtein";

/** Whether two neighbouring letters have changed places: one slip of the fingers, and not two. */
function isSwapped(word: string, candidate: string): boolean {
  const at = [...word].findIndex((letter, index) => letter !== candidate[index]);
  const swapped = `${word.slice(0, at)}${word.charAt(at + 1)}${word.charAt(at)}${word.slice(at + 2)}`;
  return at >= 0 && swapped === candidate;
}

const distance = (word: string, candidate: string) => (isSwapped(word, candidate) ? 1 : editDistance(word, candidate));

/**
 * The known word that was probably meant, or null where none is near enough to be a help.
 *
 * @param share fewer than this share of the word's letters may be wrong
 */
export function suggestion(word: string, known: readonly string[], share = 1 / 2): string | null {
  if (known.length === 0 || word.length > 80) return null;
  const normal = word.toLowerCase().replaceAll("-", "_");
  const same = known.find((candidate) => candidate.toLowerCase().replaceAll("-", "_") === normal);
  if (same !== undefined) return same;
  const [nearest] = known
    .map((candidate) => ({ candidate, wrong: distance(word, candidate) }))
    .sort((a, b) => a.wrong - b.wrong);
  if (nearest === undefined || nearest.wrong >= word.length * share) return null;
  // Two letters may be wrong in a short word, a third of them in a long one.
  return nearest.wrong <= Math.max(2, Math.floor(nearest.candidate.length / 3)) ? nearest.candidate : null;
}
