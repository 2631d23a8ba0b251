import type { Session } from "../../postgres/types.ts";
import type { Task } from "../hash-tables.ts";
import { relationFinder } from "../names.ts";
import { sqlstate } from "../sqlstate.ts";
import type { Perspective, RoleViews, Sight } from "../types.ts";
import { firstRows } from "./chosen-rows.ts";
import { keyNames, listTexts, readFrom } from "./objects.ts";
import { pinningStatements } from "./pinned-policies.ts";
import { PlaceRefused, type Question, readSights, type SightOrder } from "./sights.ts";
import { type Readable, type Survey, survey } from "./survey.ts";
import { claimsSql } from "./users.ts";
import type { RoleViewing, RoleViewOrder } from "./viewing.ts";

/** On a copy nobody waits: a limit is there only so that nothing hangs for ever. */
const copyTimeLimit = 15 * 60 * 1000;

/**
 * Whether columns were read or rows only counted. A backup that does not say what was refused was most likely asked for
 * columns.
 */
function askedOf(seen: Sight | undefined): "rows" | "count" {
  if (seen?.kind === "refused") return seen.asked ?? "rows";
  return seen?.kind === "rows" && (seen.hash !== null || seen.asked === "rows") ? "rows" : "count";
}

/** Asks of the copy what the source was asked; null where that was nothing. */
function questionFor({ object, columns }: Readable, seen: Sight | undefined, views: RoleViews): Question | null {
  const out = views.unsteady[object.qualified];
  if (out?.ask === false || seen?.kind === "unread") return null;
  const of = seen?.kind === "rows" ? seen.of : undefined;
  const known = of === undefined ? undefined : views.chosen?.[object.qualified];
  const chosen = known && firstRows(known, of ?? 0);
  // Without the rows that were chosen, or the columns by which they were, nobody can ask about the same.
  const same =
    chosen?.rows.length === of && chosen?.columns.every((column) => object.columns.includes(column)) === true;
  if (of !== undefined && !same) return null;
  const readable = new Set(columns);
  const keyed = object.key?.every(({ name }) => readable.has(name)) === true;
  const ask = out !== undefined ? "access" : askedOf(seen);
  return {
    object: object.qualified,
    from: readFrom(object),
    ask,
    columns: keyed ? keyNames(object) : columns,
    among: chosen ?? null,
    byTheClock: seen?.kind === "rows" && seen.at !== undefined,
  };
}

/**
 * Prepares the same reading on a restored copy: the same roles, the same users, the same objects. What a policy let
 * through by the clock is read last, by the clock of the source.
 */
export async function prepareCopyViews(
  session: Session,
  order: RoleViewOrder,
  expected: RoleViews,
): Promise<RoleViewing> {
  const found: Survey = await survey(
    session,
    expected.roles.map(({ role }) => role),
    order.scope,
  );
  const texts = await listTexts(session);
  const present = new Set(found.roles.map(({ role }) => role));
  const perspectives: Perspective[] = [];
  const troubled = new Map(expected.roles.map(({ role }) => [role, new Set<string>()]));
  const table = expected.users && (relationFinder(order.relations)(expected.users.table)?.qualified ?? null);

  const questionsOf = ({ role, sights }: Perspective): Question[] =>
    (found.open.get(role) ?? []).flatMap((readable) => {
      const name = readable.object.qualified;
      return questionFor(readable, sights[name], expected) ?? [];
    });
  const orderFor = ({ role, user }: Perspective, questions: readonly Question[]): SightOrder => ({
    read: order.read,
    place: { role, claims: claimsSql(role, user, expected.users, table) },
    limit: expected.limit,
    timeLimit: copyTimeLimit,
    questions,
    troubled: troubled.get(role) ?? new Set(),
  });

  const tasks = expected.perspectives.map((perspective, place) => ({
    long: perspective.user === null,
    run: async (worker: Session): Promise<void> => {
      const started = performance.now();
      const questions = questionsOf(perspective).filter(({ byTheClock }) => !byTheClock);
      const { role, user, app_roles } = perspective;
      const sights = present.has(role) ? await asFarAsPossible(worker, orderFor(perspective, questions)) : {};
      const seconds = Math.round(performance.now() - started) / 1000;
      perspectives[place] = { role, user, app_roles, sights, seconds };
    },
  }));

  const byTheClock: Task = async (worker) => {
    for (const [place, perspective] of expected.perspectives.entries()) {
      const read = perspectives[place];
      if (read === undefined || !present.has(perspective.role)) continue;
      const questions = questionsOf(perspective).filter(({ byTheClock }) => byTheClock);
      const times = Map.groupBy(questions, ({ object }) => clockOf(perspective.sights[object]));
      const sights: Record<string, Sight> = {};
      for (const [at, group] of times) {
        const before = pinningStatements(texts, order.relations, at, worker.versionNum);
        Object.assign(sights, await asFarAsPossible(worker, { ...orderFor(perspective, group), before }));
      }
      perspectives[place] = { ...read, sights: { ...read.sights, ...sights } };
    }
  };
  return {
    tasks,
    followUps: () => [byTheClock],
    result: () => ({ ...expected, roles: found.rights, perspectives, unsteady: {}, unproven: [] }),
    notCovered: () => [],
  };
}

function clockOf(sight: Sight | undefined): string {
  return sight?.kind === "rows" ? (sight.at ?? "") : "";
}

/** Where somebody's place cannot be taken on the copy, or its policies cannot be given a clock, the check says so. */
async function asFarAsPossible(session: Session, order: SightOrder): Promise<Record<string, Sight>> {
  try {
    return await readSights(session, order);
  } catch (thrown) {
    if (!(thrown instanceof PlaceRefused) || sqlstate(thrown.cause) === undefined) throw thrown;
    return Object.fromEntries(order.questions.map(({ object }) => [object, { kind: "unread" as const }]));
  }
}
