import type { DatabasePlan } from "../../plan/schema.ts";
import { quoteWhereNeeded } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { listed } from "../listed.ts";
import type { Perspective, RoleViews } from "../types.ts";
import { sizes } from "./chosen-rows.ts";
import type { UserSource } from "./users.ts";

/* What could not be asked, or cannot be compared, in the words of a report. No user is named. */

export type NotCovered = readonly { readonly what: string; readonly why: string }[];

/** A role whose place the backup's role may not take, and what would let it. */
export function mayNotAsk(role: string, self: string, { versionNum }: Session): NotCovered[number] {
  const quoted = (name: string) => quoteWhereNeeded(name, Math.floor(versionNum / 10_000));
  const grant = `GRANT ${quoted(role)} TO ${quoted(self)}`;
  const why = `the backup's role may not take its place; its rights are compared. Allow it with \`${grant}\``;
  return { what: `what the role ${role} sees`, why };
}

/** Where single users are not asked about, and the plan does not say that they should be. */
export function withoutUsers(source: UserSource | null, none: boolean): NotCovered {
  const what = "what single users see";
  if (source === null) return [{ what, why: "the plan does not say where they are: see role_views.users" }];
  if (!none || source.planned) return [];
  const why = `there is no ${source.table}, or the backup's role may not take the place of ${source.role}`;
  return [{ what, why }];
}

/** One line per reason. */
export function grouped(unsteady: RoleViews["unsteady"]): NotCovered {
  const entries = Object.entries(unsteady);
  return [...Map.groupBy(entries, ([, { why, ask }]) => JSON.stringify([why, ask])).values()].map((group) => ({
    what: `${group[0]?.[1].ask ? "which rows" : "what"} each role sees of ${listed(group.map(([name]) => name).sort())}`,
    why: group[0]?.[1].why ?? "",
  }));
}

/** Large tables and views, of which users were asked about some rows only. */
export function byUsersRows(objects: readonly string[], sample: number): NotCovered {
  if (objects.length === 0) return [];
  const what = `what users see of most rows of ${listed([...objects].sort())}`;
  const why = `of more than ${sizes(sample).large} rows they are asked about their own and ${sample} at random: see role_views.sample`;
  return [{ what, why }];
}

/**
 * Tables and views, of which roles without users were asked about some rows only: those that are vast, and those that
 * there was no time for.
 */
export function byRolesRows(
  vast: readonly string[],
  slow: readonly string[],
  plan: DatabasePlan["role_views"],
): NotCovered {
  const { vast: over, roles } = sizes(plan.sample);
  return [
    {
      objects: vast,
      why: `of more than ${over} rows they are asked about no more than ${roles} at random: see role_views.sample`,
    },
    { objects: slow, why: `the whole takes longer than the plan's role_views.time_limit of ${plan.time_limit} s` },
  ].flatMap(({ objects, why }) =>
    objects.length === 0
      ? []
      : [{ what: `what roles without a user see of most rows of ${listed([...objects].sort())}`, why }],
  );
}

export function unread(perspectives: readonly Perspective[], limit: number): NotCovered {
  const names = perspectives.flatMap(({ role, sights }) =>
    Object.entries(sights).flatMap(([name, { kind }]) => (kind === "unread" ? [`${name} as ${role}`] : [])),
  );
  if (names.length === 0) return [];
  const why = `it took longer than the plan's role_views.time_limit of ${limit} s in the place of one role or user`;
  return [{ what: `what is visible of ${listed([...new Set(names)])}`, why }];
}
