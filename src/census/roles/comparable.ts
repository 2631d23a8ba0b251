import { rowsInScope } from "../relations.ts";
import type { RoleViews } from "../types.ts";
import type { AskedObject } from "./objects.ts";
import { excused, type Nature } from "./questions.ts";
import { type DecidingText, steadinessOf } from "./steadiness.ts";
import type { Readable, Survey } from "./survey.ts";
import { standsOn } from "./view-origins.ts";
import type { RoleViewOrder } from "./viewing.ts";
import { addsUp, hasLooseContent } from "./words.ts";

/** What of the sights can be compared between source and copy at all. */
export interface Comparable {
  /** By role, what it is asked about. */
  readonly open: ReadonlyMap<string, readonly Readable[]>;
  /** By oid. */
  readonly natures: ReadonlyMap<number, Nature>;
  /** By name, what is left out or asked about access only, and why. */
  readonly unsteady: RoleViews["unsteady"];
  /** Everything of which rows are compared, for whomever. */
  readonly objects: readonly AskedObject[];
}

/** Views of which only the number of rows is steady; a sum of floating-point numbers is not in views on them either. */
function looseViews(texts: readonly DecidingText[]): (view: number) => boolean {
  const views = new Map(texts.flatMap((text) => (text.kind === "view" ? [[text.oid, text]] : [])));
  const sumsFloats = (oid: number) => {
    const view = views.get(oid);
    return view?.floats === true && addsUp(view.text);
  };
  return (oid) => {
    const view = views.get(oid);
    return view !== undefined && (hasLooseContent(view.text) || [oid, ...standsOn(oid, views)].some(sumsFloats));
  };
}

/** Judges every object by what decides its rows, and by what the plan leaves out at this moment. */
export function judgeComparable(
  order: RoleViewOrder,
  found: Survey,
  texts: readonly DecidingText[],
  now: Date,
): Comparable {
  const steadiness = steadinessOf({ texts, relations: order.relations, held: rowsInScope(order.scope) });
  const isLoose = looseViews(texts);
  const leftOut = excused(order, found, now);
  const unsteady: Record<string, { why: string; ask: boolean }> = {};
  const natures = new Map<number, Nature>();
  const objects = new Map<number, AskedObject>();
  for (const { object } of [...found.open.values()].flat()) {
    const { oid, qualified, inexact } = object;
    const steady = steadiness(oid);
    const out = leftOut[qualified] ?? (steady.kind === "unsteady" ? { why: steady.why, ask: steady.ask } : null);
    natures.set(oid, { steadiness: steady, loose: inexact || isLoose(oid) });
    if (out === null) objects.set(oid, object);
    else unsteady[qualified] = out;
  }
  const isAsked = ({ object }: Readable) => unsteady[object.qualified]?.ask !== false;
  const open = new Map([...found.open].map(([role, readable]) => [role, readable.filter(isAsked)] as const));
  return { open, natures, unsteady, objects: [...objects.values()] };
}
