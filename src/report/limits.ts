/** How much of each list the markdown shows. The JSON always has all of it. */
export interface Limits {
  readonly checks: number;
  /** Characters of what a check expected and found; a count of every critical table takes a few hundred. */
  readonly checkText: number;
  readonly findingsPerCheck: number;
  readonly restoreErrors: number;
  readonly notCovered: number;
  readonly tests: number;
}

/** GitHub takes issue bodies of about 64 KiB; a report must fit with room for a line around it. */
export const longestMarkdown = 60_000;

/** From generous to terse: the first that fits is taken. */
export const stagesOfLimits: readonly Limits[] = [
  { checks: 200, checkText: 1000, findingsPerCheck: 20, restoreErrors: 50, notCovered: 100, tests: 100 },
  { checks: 100, checkText: 500, findingsPerCheck: 10, restoreErrors: 20, notCovered: 40, tests: 20 },
  { checks: 50, checkText: 200, findingsPerCheck: 4, restoreErrors: 10, notCovered: 15, tests: 10 },
  { checks: 20, checkText: 100, findingsPerCheck: 2, restoreErrors: 4, notCovered: 5, tests: 4 },
];

/** The line below a list that was cut; none where nothing was. */
export function andMore(total: number, shown: number, what: string): string[] {
  return total > shown ? [`…and ${total - shown} more ${what}; the JSON beside this file has them all.`, ""] : [];
}
