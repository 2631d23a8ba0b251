import { stillCounts } from "../../plan/exceptions.ts";
import { relationFinder } from "../names.ts";
import type { ChosenRows, RoleViews } from "../types.ts";
import { keyNames, readFrom } from "./objects.ts";
import type { Question } from "./sights.ts";
import type { Steadiness } from "./steadiness.ts";
import type { Readable, Survey } from "./survey.ts";
import type { RoleViewOrder } from "./viewing.ts";

/** Pages of a table without a key beyond which its rows are counted and not told apart: 64 MB. */
const mostPagesWithoutKey = 8192;

/** What can be compared of an object. */
export interface Nature {
  readonly steadiness: Steadiness;
  /** Its content may read differently on the copy, so that rows are only counted. */
  readonly loose: boolean;
}

/** Asks the source as much as can be compared: which rows are visible, or how many, or whether any may be. */
export function questionFor(
  { object, columns }: Readable,
  { steadiness, loose }: Nature,
  chosen: ChosenRows | undefined,
): Question {
  const readable = new Set(columns);
  const keyed = object.key?.every(({ name }) => readable.has(name)) === true;
  const tellApart = keyed ? keyNames(object) : columns;
  const light = keyed || object.pages <= mostPagesWithoutKey;
  const ask = steadiness.kind === "unsteady" ? "access" : light && !loose && tellApart.length > 0 ? "rows" : "count";
  return {
    object: object.qualified,
    from: readFrom(object),
    ask,
    columns: tellApart,
    among: (ask !== "access" && chosen) || null,
    byTheClock: steadiness.kind === "by-the-clock",
  };
}

/** What the plan wants left out, with the reason, as long as the excuse is in force. */
export function excused({ database, relations }: RoleViewOrder, found: Survey, now: Date): RoleViews["unsteady"] {
  const find = relationFinder(relations);
  const views = new Map([...found.open.values()].flat().map(({ object }) => [object.qualified, object]));
  return Object.fromEntries(
    database.role_views.exclude
      .filter((entry) => stillCounts(entry, now))
      .map((entry) => {
        const why = `the plan leaves it out until ${entry.expires} (${entry.owner}): ${entry.reason}`;
        const name = views.has(entry.object) ? entry.object : (find(entry.object)?.qualified ?? entry.object);
        return [name, { why, ask: false }];
      }),
  );
}
