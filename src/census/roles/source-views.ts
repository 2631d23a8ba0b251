import { stillCounts } from "../../plan/exceptions.ts";
import type { DatabasePlan } from "../../plan/schema.ts";
import type { Session } from "../../postgres/types.ts";
import type { Task } from "../hash-tables.ts";
import { relationFinder } from "../names.ts";
import { type Relation, rowsInScope } from "../relations.ts";
import { explainReadError } from "../sqlstate.ts";
import type { ReadOptions } from "../transaction.ts";
import type { Perspective, RoleViews, Scope } from "../types.ts";
import { grouped, mayNotAsk, type NotCovered, unread, withoutUsers } from "./not-covered.ts";
import { listTexts } from "./objects.ts";
import { PlaceRefused, type Question, readSights } from "./sights.ts";
import { type Steadiness, steadinessOf } from "./steadiness.ts";
import { type Readable, readFrom, type Survey, survey } from "./survey.ts";
import { claimsSql, type DrawnUser, drawUsers, userSource } from "./users.ts";
import { hasLooseContent } from "./words.ts";

/** The roles of Supabase's API, which the plan need not name. */
const apiRoles = ["anon", "authenticated", "service_role"];

export interface RoleViewOrder {
  readonly read: ReadOptions;
  readonly scope: Scope;
  readonly database: DatabasePlan;
  readonly relations: readonly Relation[];
}

/** The reading of what each role may see, as tasks that any number of sessions may share. */
export interface RoleViewing {
  readonly tasks: readonly Task[];
  /** Follows when all tasks of the census are done and its sessions idle. */
  finish(session: Session): Promise<void>;
  result(): RoleViews | undefined;
  notCovered(): NotCovered;
}

/** Pages of a table without a key beyond which its rows are counted and not told apart: 64 MB. */
const mostPagesWithoutKey = 8192;

function questionFor({ object, columns }: Readable, steadiness: Steadiness, loose: boolean): Question {
  const readable = new Set(columns);
  const keyed = object.key?.every((column) => readable.has(column)) === true;
  const tellApart = keyed ? (object.key ?? []) : columns;
  const light = keyed || object.pages <= mostPagesWithoutKey;
  const ask = steadiness.kind === "unsteady" ? "access" : light && !loose && tellApart.length > 0 ? "rows" : "count";
  return {
    object: object.qualified,
    from: readFrom(object),
    ask,
    columns: tellApart,
    byTheClock: steadiness.kind === "by-the-clock",
  };
}

/** What the plan wants left out, with the reason, as long as the excuse is in force. */
function excused({ database, relations }: RoleViewOrder, found: Survey, now: Date): RoleViews["unsteady"] {
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

interface Asked {
  readonly role: string;
  readonly user: DrawnUser | null;
}

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

  const held = rowsInScope(scope);
  const texts = await listTexts(session);
  const steadiness = steadinessOf({ texts, relations, held });
  const loose = new Set(
    texts.filter(({ kind, text }) => kind === "view" && hasLooseContent(text)).map(({ oid }) => oid),
  );
  const unsteady: Record<string, { why: string; ask: boolean }> = {};
  const questions = new Map<string, Question[]>();
  const leftOut = excused(order, found, self?.now ?? new Date());
  for (const [role, readable] of found.open) {
    const list: Question[] = [];
    for (const one of readable) {
      const { oid, qualified, inexact } = one.object;
      const steady = steadiness(oid);
      const out = leftOut[qualified] ?? (steady.kind === "unsteady" ? { why: steady.why, ask: steady.ask } : null);
      if (out !== null) unsteady[qualified] = out;
      if (out === null || out.ask) list.push(questionFor(one, steady, inexact || loose.has(oid)));
    }
    questions.set(role, list);
  }

  const asked: Asked[] = found.roles
    .filter((role) => role.settable)
    .flatMap(({ role }) => [
      { role, user: null },
      ...(role === source?.role ? drawn.users.map((user) => ({ role, user })) : []),
    ]);
  const perspectives: Perspective[] = [];
  const troubled = new Map(names.map((name) => [name, new Set<string>()]));
  const table = source === null ? null : (relationFinder(relations)(source.table)?.qualified ?? null);
  const tasks = asked.map(
    ({ role, user }, place): Task =>
      async (worker) => {
        const started = performance.now();
        const sights = await readSights(worker, {
          read: order.read,
          place: { role, claims: claimsSql(role, user?.user ?? null, drawn.from, table) },
          limit: plan.limit,
          timeLimit: plan.time_limit * 1000,
          questions: questions.get(role) ?? [],
          troubled: troubled.get(role) ?? new Set(),
        }).catch((thrown: unknown) => {
          if (!(thrown instanceof PlaceRefused)) throw thrown;
          throw explainReadError(thrown.cause, `what the role ${role} sees`, order.read.lockTimeout);
        });
        const seconds = Math.round(performance.now() - started) / 1000;
        perspectives[place] = { role, user: user?.user ?? null, app_roles: user?.app_roles ?? [], sights, seconds };
      },
  );

  const planned = [...(plan.roles ?? []), ...(source?.planned ? [source.role] : [])];
  const missing = [...new Set(planned)].filter((role) => !existing.has(role));
  const unproven = [...drawn.unproven, ...missing.map((role) => `role_views: there is no role ${role}`)];
  return {
    tasks,
    finish: async () => {},
    result: () => ({ limit: plan.limit, roles: found.rights, perspectives, users: drawn.from, unsteady, unproven }),
    notCovered: () => [
      ...found.roles.filter((role) => !role.settable).map(({ role }) => mayNotAsk(role, self?.role ?? "", session)),
      ...(existing.size > 0 ? withoutUsers(source, drawn.from === null && drawn.unproven.length === 0) : []),
      ...grouped(unsteady),
      ...unread(perspectives, plan.time_limit),
    ],
  };
}
