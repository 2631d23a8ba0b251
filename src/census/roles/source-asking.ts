import type { Task } from "../hash-tables.ts";
import { explainReadError } from "../sqlstate.ts";
import type { ChosenRows, Perspective, Sight } from "../types.ts";
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
  /** The role of users, who are asked about chosen rows of what is large. */
  readonly usersRole: string | undefined;
  readonly chosen: ReadonlyMap<string, ChosenRows>;
  readonly users: DrawnUsers["from"];
  /** The users' table, qualified. */
  readonly table: string | null;
}

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

  const questionsOf = (role: string, only: (object: string) => boolean, byChoice: boolean): Question[] =>
    (open.get(role) ?? []).flatMap((one) => {
      const nature = natures.get(one.object.oid);
      if (nature === undefined || !only(one.object.qualified)) return [];
      return [questionFor(one, nature, byChoice ? chosen.get(one.object.qualified) : undefined)];
    });

  const ask = (place: number, only: (object: string) => boolean, byChoice: boolean): Task => {
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
      const sights = { ...before?.sights, ...(await see(questionsOf(role, only, byChoice), left)) };
      // Where there was no time for a whole table, some rows of it are better than nothing.
      const unread = (object: string) => sights[object]?.kind === "unread" && chosen.has(object);
      Object.assign(sights, await see(questionsOf(role, unread, true), plan.time_limit / 10));
      const seconds = (before?.seconds ?? 0) + Math.round(performance.now() - started) / 1000;
      perspectives[place] = { role, user: user?.user ?? null, app_roles: user?.app_roles ?? [], sights, seconds };
    };
  };

  return {
    tasks: asked.map(({ role }, place) => {
      const isUsers = role === usersRole;
      return { run: ask(place, () => true, isUsers), long: !isUsers };
    }),
    // Chosen rows that no user sees say nothing of those that one may see: then users are asked about the whole.
    followUps() {
      const seen = perspectives.filter(({ role }) => role === usersRole);
      const blank = [...chosen.keys()].filter((name) => !seen.some(({ sights }) => showsSomething(sights[name])));
      if (blank.length === 0) return [];
      const only = (object: string) => blank.includes(object);
      return asked.flatMap(({ role }, place) => (role === usersRole ? [ask(place, only, false)] : []));
    },
    perspectives,
  };
}
