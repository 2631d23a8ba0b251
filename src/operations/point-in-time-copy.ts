import { stopwatch } from "../base/clock.ts";
import { IthacaError } from "../base/errors.ts";
import { connect } from "../postgres/connect.ts";
import { refuseSameServer } from "../postgres/not-production.ts";
import { connectToRead } from "../postgres/pooler.ts";
import { describeTarget, withDatabase } from "../postgres/target.ts";
import type { Session, Target } from "../postgres/types.ts";
import { reachesTheEnd } from "../recovery/pgbackrest/archive-end.ts";
import { pgbackrestErrors } from "../recovery/pgbackrest/errors.ts";
import { readAround } from "../recovery/pgbackrest/read-around.ts";
import type { PhysicalPoint } from "../recovery/pgbackrest/recovery-settings.ts";
import { type RestoredCopy, restoreToPoint } from "../recovery/pgbackrest/restored-copy.ts";
import { type ChronicleEntry, chronicle } from "../recovery/point-in-time/chronicle.ts";
import { pointErrors } from "../recovery/point-in-time/errors.ts";
import { unloggedRemarks } from "../recovery/point-in-time/logged.ts";
import { traceMigration } from "../recovery/point-in-time/migration.ts";
import { readIdentity, type ServerIdentity, sameOrigin } from "../recovery/point-in-time/origin.ts";
import { type Point, showInstant } from "../recovery/point-in-time/point.ts";
import { proveBothSides, stateOf } from "../recovery/point-in-time/two-sided.ts";
import type { Verified } from "../recovery/types.ts";
import type { UseCaseContext } from "./context.ts";
import { operationErrors } from "./errors.ts";
import type { Subject } from "./subject.ts";

/** The archive is a minute or two behind its server. */
const usualLag = { tries: 5, pauseSeconds: 30 };

export interface CopyRequest {
  readonly point: Point;
  /** Where production is; null where it is not known, or gone. */
  readonly production: Target | null;
  /** Which branch of the history is followed; production's own unless told otherwise. */
  readonly timeline?: string;
  readonly lag?: { readonly tries: number; readonly pauseSeconds: number };
}

/** What a point in time came to as a copy, by names and numbers. */
export interface ProvenPoint {
  /** The point that PostgreSQL was given: a migration has become a transaction. */
  readonly point: PhysicalPoint;
  readonly backup: { readonly label: string; readonly type: string; readonly finished_at: string };
  /** Labels of newer backups that were tried before it, and are damaged. */
  readonly damaged: readonly string[];
  /** Where recovery stopped, in PostgreSQL's words. */
  readonly stop: RestoredCopy["stop"];
  readonly checks: readonly Verified[];
  readonly remarks: readonly string[];
  readonly chronicle: readonly ChronicleEntry[];
  /** The data's time: when the last transaction in the copy was committed; ISO 8601, null where none was seen. */
  readonly as_of: string | null;
  readonly phases: readonly { readonly name: string; readonly seconds: number }[];
}

/** A copy of production as of a point, with a session on it and one on production where that answers. */
export interface PointCopy extends AsyncDisposable {
  readonly proven: ProvenPoint;
  /** The plan's database on the copy. */
  readonly target: Target;
  /** READ ONLY. */
  readonly session: Session;
  /** READ ONLY on production; null where it does not answer. */
  readonly production: Session | null;
  /** Removes the copy and looks; false where something is left. */
  destroy(): Promise<boolean>;
}

/**
 * Restores production as of a point into a throwaway server, shows that it is not production, and proves both sides of
 * the point. Production is only read, and need not be there at all.
 */
export async function openPointCopy(
  context: UseCaseContext,
  { name, database }: Subject,
  request: CopyRequest,
): Promise<PointCopy> {
  const { progress, signal, environment } = context;
  const { point_in_time: plan } = database;
  await using stack = new AsyncDisposableStack();
  const phases: { name: string; seconds: number }[] = [];
  const phase = async <T>(what: string, title: string, work: (note: (text: string) => void) => Promise<T>) => {
    const seconds = stopwatch();
    const result = await progress.step(title, work);
    phases.push({ name: what, seconds: seconds() });
    return result;
  };
  const production = await reach(context, request.production, stack);
  const identity = production === null ? null : await readIdentity(production);
  const point = await physicalPoint(request.point, production, plan.migrations, database.url_secret, name);
  // Another branch of the history counts its transactions by itself.
  if (production !== null && identity?.timeline != null && request.timeline === undefined) {
    await requireEnded(production, point);
  }
  const copy = stack.use(
    await phase("restore", "Restore the server as of then", (note) =>
      restoreToPoint({
        environment,
        stanza: plan.stanza ?? name,
        point,
        timeline: request.timeline ?? branchOf(identity),
        superuser: plan.superuser,
        lag: request.lag ?? usualLag,
        signal,
        note,
      }).catch((error: unknown) => {
        throw request.timeline === undefined ? ofOwnTimeline(error, identity) : error;
      }),
    ),
  );
  const target = withDatabase(copy.target, request.production?.database ?? name);
  await requireDatabase(copy.target, target.database);
  const session = stack.use(await connect(target, { readOnly: true }));
  if (production !== null) await refuseSameServer(session, production);
  const proof = await phase("prove", "Prove both sides of the point", async () => {
    const around = await readAround(copy);
    const { checks, remarks } = await proveBothSides(session, point, around);
    const origin = sameOrigin(await readIdentity(session), identity);
    const last = around.before.at(-1);
    const end = point.kind === "latest" ? [await reachesTheEnd(copy.end, copy.stop, copy.segmentBytes)] : [];
    return {
      checks: [origin, ...checks, ...end],
      remarks: [...remarks, ...(await unloggedRemarks(session)), ...copy.damaged.map(passedOver)],
      chronicle: await chronicle(session, around),
      as_of: last === undefined ? null : last.at.toString({ smallestUnit: "millisecond" }),
    };
  });
  const { label, type, stop: finished } = copy.backup;
  const backup = { label, type, finished_at: showInstant(finished) };
  const owned = stack.move();
  return {
    proven: { point, backup, damaged: copy.damaged, stop: copy.stop, ...proof, phases },
    target,
    session,
    production,
    async destroy() {
      await session[Symbol.asyncDispose]();
      return await copy.destroy();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Nobody has named a timeline wrongly where it is production's own that the archive lacks. */
export function ofOwnTimeline(error: unknown, identity: Pick<ServerIdentity, "timeline"> | null): unknown {
  if (!(error instanceof IthacaError) || error.id !== "pgbackrest.no_timeline" || identity?.timeline == null)
    return error;
  return pgbackrestErrors.own_timeline({ timeline: String(identity.timeline) });
}

/** The plan's name of a database need not be the server's. */
async function requireDatabase(server: Target, name: string): Promise<void> {
  await using session = await connect(server, { readOnly: true });
  const found = await session.query<{ name: string }>(
    "SELECT datname AS name FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1",
  );
  const names = found.map((one) => one.name);
  if (!names.includes(name)) throw pointErrors.no_database({ name, has: names.join(", ") });
}

const passedOver = (label: string) =>
  `Backup ${label} is damaged and was passed over; take a full backup at once, and see with \`pgbackrest verify\` what else is.`;

/** A production that is down is no reason not to bring its data back. */
async function reach(
  context: UseCaseContext,
  target: Target | null,
  stack: AsyncDisposableStack,
): Promise<Session | null> {
  if (target === null) return null;
  try {
    return stack.use(await connectToRead(target));
  } catch (error) {
    if (!(error instanceof IthacaError) || error.kind !== "surroundings") throw error;
    context.progress.warn(`Production at ${describeTarget(target)} cannot be compared with: ${error.message}`);
    return null;
  }
}

/**
 * Production's own timeline where it can be asked: `latest` would follow any stray copy that was once promoted with its
 * archiving on, and pushed a branch of its own into the repository.
 */
function branchOf(identity: ServerIdentity | null): string {
  return identity?.timeline == null ? "latest" : String(identity.timeline);
}

/** A transaction that production does not know of is a slip of the pen, and would be waited for in vain. */
async function requireEnded(production: Session, point: PhysicalPoint): Promise<void> {
  if (point.kind !== "transaction") return;
  const state = await stateOf(production, point);
  if (state === "not begun" || state === "in progress") {
    throw pointErrors.unfinished({ xid: point.xid, begun: state === "in progress" });
  }
}

async function physicalPoint(
  point: Point,
  production: Session | null,
  migrations: Parameters<typeof traceMigration>[1],
  variable: string,
  database: string,
): Promise<PhysicalPoint> {
  if (point.kind !== "migration") return point;
  if (production === null) throw operationErrors.source_missing({ variable, database });
  return { kind: "transaction", xid: (await traceMigration(production, migrations, point.version)).xid };
}
