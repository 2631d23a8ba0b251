import type { Session } from "../../postgres/types.ts";
import type { Task } from "../hash-tables.ts";
import { relationFinder } from "../names.ts";
import { rowsInScope } from "../relations.ts";
import { explainReadError } from "../sqlstate.ts";
import type { ChosenRows, Perspective, RoleViews, Sight } from "../types.ts";
import { chooseRows } from "./chosen-rows.ts";
import { byChosenRows, grouped, mayNotAsk, unread, withoutUsers } from "./not-covered.ts";
import { listTexts } from "./objects.ts";
import { excused, type Nature, questionFor } from "./questions.ts";
import { PlaceRefused, type Question, readSights } from "./sights.ts";
import { steadinessOf } from "./steadiness.ts";
import { type Readable, survey } from "./survey.ts";
import { claimsSql, type DrawnUser, drawUsers, userSource } from "./users.ts";
import type { RoleViewing, RoleViewOrder } from "./viewing.ts";
import { hasLooseContent } from "./words.ts";

/** The roles of Supabase's API, which the plan need not name. */
const apiRoles = ["anon", "authenticated", "service_role"];

interface Asked {
  readonly role: string;
  readonly user: DrawnUser | null;
}

const showsSomething = (sight: Sight | undefined) => sight?.kind === "rows" && sight.rows > 0;

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
  const steadiness = steadinessOf({ texts, relations, held: rowsInScope(scope) });
  const looseViews = new Set(
    texts.filter(({ kind, text }) => kind === "view" && hasLooseContent(text)).map(({ oid }) => oid),
  );
  const leftOut = excused(order, found, self?.now ?? new Date());
  const unsteady: Record<string, { why: string; ask: boolean }> = {};
  const natures = new Map<number, Nature>();
  const open = new Map<string, Readable[]>();
  for (const [role, readable] of found.open) {
    const asked: Readable[] = [];
    for (const one of readable) {
      const { oid, qualified, inexact } = one.object;
      const steady = steadiness(oid);
      const out = leftOut[qualified] ?? (steady.kind === "unsteady" ? { why: steady.why, ask: steady.ask } : null);
      if (out !== null) unsteady[qualified] = out;
      natures.set(oid, { steadiness: steady, loose: inexact || looseViews.has(oid) });
      if (out === null || out.ask) asked.push(one);
    }
    open.set(role, asked);
  }

  const usersRole = drawn.users.length > 0 ? source?.role : undefined;
  const comparable = (open.get(usersRole ?? "") ?? []).filter(({ object }) => !(object.qualified in unsteady));
  const chosen =
    usersRole === undefined || table === null
      ? new Map<string, ChosenRows>()
      : await chooseRows(session, {
          asked: comparable.map(({ object }) => object),
          objects: found.objects,
          texts,
          drawn,
          table,
          userColumns: plan.app_roles === undefined ? [] : [plan.app_roles.user],
          sample: plan.sample,
        });
  const questionsOf = (role: string, only: (object: string) => boolean): Question[] =>
    (open.get(role) ?? []).flatMap((one) => {
      const nature = natures.get(one.object.oid);
      if (nature === undefined || !only(one.object.qualified)) return [];
      return [questionFor(one, nature, role === usersRole ? chosen.get(one.object.qualified) : undefined)];
    });

  const asked: Asked[] = found.roles
    .filter((role) => role.settable)
    .flatMap(({ role }) => [
      { role, user: null },
      ...(role === source?.role ? drawn.users.map((user) => ({ role, user })) : []),
    ]);
  const perspectives: Perspective[] = [];
  const troubled = new Map(names.map((name) => [name, new Set<string>()]));
  const ask = (place: number, only: (object: string) => boolean): Task => {
    const { role, user } = asked[place] ?? { role: "", user: null };
    return async (worker) => {
      const started = performance.now();
      const before = perspectives[place];
      const sights = await readSights(worker, {
        read: order.read,
        place: { role, claims: claimsSql(role, user?.user ?? null, drawn.from, table) },
        limit: plan.limit,
        timeLimit: (plan.time_limit - (before?.seconds ?? 0)) * 1000,
        questions: questionsOf(role, only),
        troubled: troubled.get(role) ?? new Set(),
      }).catch((thrown: unknown) => {
        if (!(thrown instanceof PlaceRefused)) throw thrown;
        throw explainReadError(thrown.cause, `what the role ${role} sees`, order.read.lockTimeout);
      });
      const seconds = (before?.seconds ?? 0) + Math.round(performance.now() - started) / 1000;
      const all = { ...before?.sights, ...sights };
      perspectives[place] = { role, user: user?.user ?? null, app_roles: user?.app_roles ?? [], sights: all, seconds };
    };
  };

  /** Chosen rows that nobody sees say nothing of those that somebody may see: such an object is asked about as a whole. */
  const followUps = (): Task[] => {
    const seen = perspectives.filter(({ role }) => role === usersRole);
    const blank = new Set(
      [...chosen.keys()].filter((name) => !seen.some(({ sights }) => showsSomething(sights[name]))),
    );
    for (const name of blank) chosen.delete(name);
    if (blank.size === 0) return [];
    return asked.flatMap(({ role }, place) => (role === usersRole ? [ask(place, (object) => blank.has(object))] : []));
  };

  const planned = [...(plan.roles ?? []), ...(source?.planned ? [source.role] : [])];
  const missing = [...new Set(planned)].filter((role) => !existing.has(role));
  const unproven = [...drawn.unproven, ...missing.map((role) => `role_views: there is no role ${role}`)];
  return {
    tasks: asked.map((_, place) => ask(place, () => true)),
    followUps,
    result: (): RoleViews => ({
      limit: plan.limit,
      roles: found.rights,
      perspectives,
      ...(chosen.size === 0 ? {} : { chosen: Object.fromEntries(chosen) }),
      users: drawn.from,
      unsteady,
      unproven,
    }),
    notCovered: () => [
      ...found.roles.filter((role) => !role.settable).map(({ role }) => mayNotAsk(role, self?.role ?? "", session)),
      ...(existing.size > 0 ? withoutUsers(source, drawn.from === null && drawn.unproven.length === 0) : []),
      ...grouped(unsteady),
      ...byChosenRows([...chosen.keys()], plan.sample),
      ...unread(perspectives, plan.time_limit),
    ],
  };
}
