import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { IthacaError } from "../../base/errors.ts";
import { redact } from "../../base/redact.ts";
import type { ClusterSite } from "../../postgres/cluster-site.ts";
import { showPoint } from "../point-in-time/point.ts";
import { type ArchiveEnd, requireNoGap } from "./archive-end.ts";
import type { ControlData } from "./control-data.ts";
import { pgbackrestErrors } from "./errors.ts";
import { printable } from "./printable.ts";
import { type PhysicalPoint, recoverySettings } from "./recovery-settings.ts";
import type { Relay } from "./relay.ts";

/** Milliseconds: hours of replay are usual, since a busy day's log takes as long as its disk writes it. */
const replayLimit = 12 * 60 * 60 * 1000;

/** What a replay needs to know. */
export interface Replay {
  readonly site: ClusterSite;
  readonly relay: Relay;
  readonly postgres: string;
  /** PostgreSQL's version of the server that it starts. */
  readonly major: number;
  readonly point: PhysicalPoint;
  /** Which branch of the history is followed: `latest`, `current` or a number. */
  readonly timeline: string;
  readonly end: ArchiveEnd;
  /** The archive is a minute or two behind: so often, and after so many seconds each, it is asked again. */
  readonly lag: { readonly tries: number; readonly pauseSeconds: number };
  readonly signal: AbortSignal;
  readonly note: (text: string) => void;
}

/** Starts the server and waits until it is promoted; null where another backup may lead to the point. */
export async function replay(work: Replay, control: ControlData): Promise<number | null> {
  const { point, site, relay, postgres, major, timeline, end, signal, lag, note } = work;
  const empty = join(site.home, "empty.conf");
  const files = { config: empty, hba: join(site.home, "hba.conf"), ident: empty, restoreCommand: relay.command };
  const settings = recoverySettings(point, control, files, timeline, major);
  for (let attempt = 1; ; attempt += 1) {
    note(attempt === 1 ? "replaying the archive" : `waiting for the archive, try ${attempt} of ${lag.tries}`);
    try {
      return await site.start(postgres, settings, { deadline: replayLimit, every: 50, signal });
    } catch (error) {
      signal.throwIfAborted();
      if (relay.failure() !== undefined) throw relay.failure();
      if (!(error instanceof IthacaError)) throw error;
      if (error.id !== "postgres.cluster_start") throw nobodyIn(error);
      if (/No space left/.test(error.message)) throw pgbackrestErrors.disk_full({ why: whyOf(error.message) });
      if (/target timeline \d+ does not exist/.test(error.message)) throw pgbackrestErrors.no_timeline({ timeline });
      if (/stop point is before consistent recovery point/.test(error.message)) return null;
      if (!/recovery ended before configured recovery target/.test(error.message)) {
        throw pgbackrestErrors.recovery_failed({ why: whyOf(error.message) }, { cause: error });
      }
      // The name may stand before this backup; a time, a position or a transaction that is too late stands behind all.
      if (point.kind === "restore-point") return null;
      // A segment that is sent by several processes may come after its successor, and so this is not asked at once.
      if (attempt >= lag.tries) await requireNoGap(end, relay.segments(), showPoint(point));
      if (attempt >= lag.tries && point.kind === "transaction") {
        throw pgbackrestErrors.no_transaction({ xid: point.xid }, { cause: error });
      }
      if (attempt >= lag.tries) throw pgbackrestErrors.archive_ends({ target: showPoint(point) }, { cause: error });
    }
    await sleep(lag.pauseSeconds * 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
    await relay.forgetMissing();
  }
}

/** The server's own words, without advice that is meant for another server. */
function nobodyIn(error: IthacaError): IthacaError {
  const { cause } = error;
  const why = printable(redact(cause instanceof Error ? cause.message : error.message));
  return pgbackrestErrors.nobody_in({ why }, { cause: error });
}

/** The server's own reason, out of the sentence of postgres.cluster_start. */
function whyOf(message: string): string {
  return /did not start: (.*);/.exec(message)?.[1] ?? message;
}
