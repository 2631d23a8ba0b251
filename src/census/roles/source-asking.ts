import type { Task } from "../hash-tables.ts";
import { explainReadError } from "../sqlstate.ts";
import type { ChosenRows, Perspective, Sight } from "../types.ts";
import { type Choice, firstRows } from "./chosen-rows.ts";
import { type Nature, questionFor } from "./questions.ts";
import { PlaceRefused, type Question, readSights } from "./sights.ts";
import type { Readable } from "./survey.ts";
import { claimsSql, type DrawnUser, type DrawnUsers } from "./users.ts";
import type { RoleViewing, RoleViewOrder } from "./viewing.ts";

/** Who is asked about what. */
export interface Asking {
  readonly order: RoleViewOrder;
  /** In this order: a role by itself, or one of the users in it. */
  readonly asked: readonly { readonly role: string; readonly user: DrawnUser | null }[];
  /** By role, what it is asked about. */
  readonly open: ReadonlyMap<string, readonly Readable[]>;
  /** By oid. */
  readonly natures: ReadonlyMap<number, Nature>;
  /** The role of users. By itself, too, it is asked about their rows. */
  readonly usersRole: string | undefined;
  /** The rows of what is large that are asked about. */
  readonly chosen: ReadonlyMap<string, Choice>;
  readonly users: DrawnUsers["from"];
  /** The users' table, qualified. */
  readonly table: string | null;
}

/** Which rows of an object are asked about; all where there are none. */
type Among = (choice: Choice) => ChosenRows | undefined;

const usersRows: Among = (choice) => (choice.users === 0 ? undefined : firstRows(choice, choice.users));
const rolesRows: Among = (choice) => (choice.forRoles ? firstRows(choice, choice.rows.length) : undefined);
const fewestRows: Among = (choice) => firstRows(choice, choice.users || choice.rows.length);
const allRows: Among = () => undefined;

const showsSomething = (sight: Sight | undefined) => sight?.kind === "rows" && sight.rows > 0;

/** Asks the source, place by place. */
export function askSource(asking: Asking): Pick<RoleViewing, "tasks" | "followUps"> & {
  /** What everybody sees, once the tasks are done. */
  readonly perspectives: readonly Perspective[];
} {
  const { order, asked, open, natures, usersRole, chosen, users, table } = asking;
  const plan = order.database.role_views;
  const perspectives: Perspective[] = [];
  const troubled = new Map(asked.map(({ role }) => [role, new Set<string>()]));

  const questionsOf = (role: string, only: (object: string) => boolean, among: Among): Question[] =>
    (open.get(role) ?? []).flatMap((one) => {
      const nature = natures.get(one.object.oid);
      if (nature === undefined || !only(one.object.qualified)) return [];
      const choice = chosen.get(one.object.qualified);
      return [questionFor(one, nature, choice && among(choice))];
    });

  const ask = (place: number, only: (object: string) => boolean, among: Among): Task => {
    const { role, user } = asked[place] ?? { role: "", user: null };
    return async (worker) => {
      const started = performance.now();
      const before = perspectives[place];
      const see = (questions: readonly Question[], seconds: number) =>
        readSights(worker, {
          read: order.read,
          place: { role, claims: claimsSql(role, user?.user ?? null, users, table) },
          limit: plan.limit,
          timeLimit: seconds * 1000,
          questions,
          troubled: troubled.get(role) ?? new Set(),
        }).catch((thrown: unknown) => {
          if (!(thrown instanceof PlaceRefused)) throw thrown;
          throw explainReadError(thrown.cause, `what the role ${role} sees`, order.read.lockTimeout);
        });
      const left = plan.time_limit - (before?.seconds ?? 0);
      const sights = { ...before?.sights, ...(await see(questionsOf(role, only, among), left)) };
      // Where there was no time for a whole table, some rows of it are better than nothing.
      const unread = (object: string) => sights[object]?.kind === "unread" && chosen.has(object);
      Object.assign(sights, await see(questionsOf(role, unread, fewestRows), plan.time_limit / 10));
      const seconds = (before?.seconds ?? 0) + Math.round(performance.now() - started) / 1000;
      perspectives[place] = { role, user: user?.user ?? null, app_roles: user?.app_roles ?? [], sights, seconds };
    };
  };

  return {
    tasks: asked.map(({ role }, place) => {
      const isUsers = role === usersRole;
      return { run: ask(place, () => true, isUsers ? usersRows : rolesRows), long: !isUsers };
    }),
    // Chosen rows that no user sees say nothing of those that one may see: then users are asked about the whole.
    followUps() {
      const seen = perspectives.filter(({ role }) => role === usersRole);
      const isBlank = (name: string) => !seen.some(({ sights }) => showsSomething(sights[name]));
      const blank = [...chosen].flatMap(([name, { users }]) => (users > 0 && isBlank(name) ? [name] : []));
      if (blank.length === 0) return [];
      const only = (object: string) => blank.includes(object);
      return asked.flatMap(({ role }, place) => (role === usersRole ? [ask(place, only, allRows)] : []));
    },
    perspectives,
  };
}
