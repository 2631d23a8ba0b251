import type { Session } from "../../postgres/types.ts";
import { relationFinder } from "../names.ts";
import type { ChosenRows, Perspective, RoleViews, Sight } from "../types.ts";
import { chooseRows, firstRows, largeTables } from "./chosen-rows.ts";
import { judgeComparable } from "./comparable.ts";
import { byRolesRows, byUsersRows, grouped, mayNotAsk, unread, withoutUsers } from "./not-covered.ts";
import { listTexts } from "./objects.ts";
import { askSource } from "./source-asking.ts";
import { survey } from "./survey.ts";
import { drawUsers, userSource } from "./users.ts";
import { usersRows } from "./users-rows.ts";
import type { RoleViewing, RoleViewOrder } from "./viewing.ts";
import { chooseWitnesses, ownedBy } from "./witnesses.ts";

/** The roles of Supabase's API, which the plan need not name. */
const apiRoles = ["anon", "authenticated", "service_role"];

/**
 * Prepares the reading of what each role may see on the source: finds roles, objects and rights, draws users, and finds
 * out what can be compared at all. Runs in a transaction that is open in the snapshot.
 */
export async function prepareSourceViews(session: Session, order: RoleViewOrder): Promise<RoleViewing> {
  const { database, scope, relations } = order;
  const plan = database.role_views;
  const source = userSource(database);
  const names = [...new Set([...(plan.roles ?? apiRoles), ...(source?.planned ? [source.role] : [])])];
  const found = await survey(session, names, scope);
  const existing = new Set(found.roles.map(({ role }) => role));
  const settable = new Set(found.roles.filter((role) => role.settable).map(({ role }) => role));
  const [self] = await session.query<{ role: string; now: Date }>(
    "SELECT current_user::text AS role, pg_catalog.now()",
  );
  const drawn =
    source !== null && settable.has(source.role)
      ? await drawUsers(session, relations, database)
      : { users: [], from: null, unproven: [] };
  const table = source === null ? null : (relationFinder(relations)(source.table)?.qualified ?? null);

  const texts = await listTexts(session);
  const { open, natures, unsteady, objects } = judgeComparable(order, found, texts, self?.now ?? new Date());
  const usersRole = drawn.users.length > 0 ? source?.role : undefined;
  const { sample } = plan;
  const { belongings, references } = await usersRows(session, {
    drawn,
    objects: found.objects,
    table: usersRole === undefined ? null : table,
    userColumns: plan.app_roles === undefined ? [] : [plan.app_roles.user],
    wanted: largeTables(objects, sample),
    sample,
  });
  const witnesses = chooseWitnesses(drawn.users, belongings, source?.per_role ?? 0);
  const chosen = await chooseRows(session, {
    asked: objects,
    objects: found.objects,
    texts,
    belongings: ownedBy(belongings, witnesses),
    references,
    sample,
  });
  const users = drawn.users.filter((_, place) => witnesses.includes(place));
  const asked = found.roles
    .filter((role) => role.settable)
    .flatMap(({ role }) => [
      { role, user: null },
      ...(role === source?.role ? users.map((user) => ({ role, user })) : []),
    ]);
  const { tasks, followUps, perspectives } = askSource({
    order,
    asked,
    open,
    natures,
    usersRole,
    chosen,
    users: drawn.from,
    table,
  });
  const isPart = (sight: Sight | undefined) => sight?.kind === "rows" && sight.of !== undefined;
  /** Objects of whose rows only some were asked about in the end. */
  const inPart = (who: (place: Perspective) => boolean) =>
    [...chosen.keys()].filter((name) => perspectives.some((place) => who(place) && isPart(place.sights[name])));
  const chosenOf = (): [string, ChosenRows][] =>
    inPart(() => true).flatMap((name) => {
      const choice = chosen.get(name);
      return choice === undefined ? [] : [[name, firstRows(choice, choice.rows.length)]];
    });

  const planned = [...(plan.roles ?? []), ...(source?.planned ? [source.role] : [])];
  const missing = [...new Set(planned)].filter((role) => !existing.has(role));
  const unproven = [...drawn.unproven, ...missing.map((role) => `role_views: there is no role ${role}`)];
  return {
    tasks,
    followUps,
    result: (): RoleViews => ({
      limit: plan.limit,
      roles: found.rights,
      perspectives,
      ...(chosenOf().length === 0 ? {} : { chosen: Object.fromEntries(chosenOf()) }),
      users: drawn.from,
      unsteady,
      unproven,
    }),
    notCovered() {
      const ofRoles = Map.groupBy(
        inPart(({ role }) => role !== usersRole),
        (name) => chosen.get(name)?.forRoles === true,
      );
      return [
        ...found.roles.filter((role) => !role.settable).map(({ role }) => mayNotAsk(role, self?.role ?? "", session)),
        ...(existing.size > 0 ? withoutUsers(source, drawn.from === null && drawn.unproven.length === 0) : []),
        ...grouped(unsteady),
        ...byUsersRows(
          inPart(({ role }) => role === usersRole),
          plan.sample,
        ),
        ...byRolesRows(ofRoles.get(true) ?? [], ofRoles.get(false) ?? [], plan),
        ...unread(perspectives, plan.time_limit),
      ];
    },
  };
}
