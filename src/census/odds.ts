/** Of so many rows, how many were compared one by one. */
export interface Compared {
  readonly rows: number;
  readonly compared: number;
}

/**
 * The odds, from 0 to 1, that none of `changed` rows is among those that were compared, if every row is as likely to be
 * a changed one as any other: hypergeometric, drawn without putting back. 0 where more rows changed than were left out.
 *
 * @param changed how many rows changed; no more than there are count
 */
export function oddsOfMissing({ rows, compared }: Compared, changed: number): number {
  const unseen = rows - compared;
  const drawn = Math.min(changed, rows);
  if (drawn > unseen) return 0;
  let odds = 1;
  // C(unseen, drawn) / C(rows, drawn), factor by factor; both ways give the same, and the shorter one is taken.
  if (drawn <= compared) for (let i = 0; i < drawn; i += 1) odds *= (unseen - i) / (rows - i);
  else for (let i = 0; i < compared; i += 1) odds *= (rows - drawn - i) / (rows - i);
  return odds;
}

/** Several tables as one: a change may have hit any row of them. */
export function together(parts: readonly Compared[]): Compared {
  return parts.reduce((sum, { rows, compared }) => ({ rows: sum.rows + rows, compared: sum.compared + compared }), {
    rows: 0,
    compared: 0,
  });
}
