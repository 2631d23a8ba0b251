import { z } from "zod";
import { spellSeconds } from "../base/spell.ts";
import { database } from "./database-schema.ts";
import type { PathFault } from "./fault.ts";
import { lastFiring, longestGap, nextFiring } from "./firing.ts";
import { planSchema } from "./schema.ts";
import { valueAt } from "./value-at.ts";

/*
 * Schedules that cannot keep what the plan promises. Only what is certain is refused: a backup that something besides
 * the schedule may keep, or a watch that is merely late, is the team's own choice. What the schema refuses is null here.
 */

const { backup, watch } = planSchema.shape.schedule.unwrap().shape;
const { rpo } = planSchema.shape.objectives.unwrap().shape;
const { managed, exports, point_in_time } = database.shape;

const lenientDatabase = z.object({
  managed: managed.catch(undefined),
  exports: exports.catch(undefined),
  point_in_time: point_in_time.catch(point_in_time.parse({})),
});
type LenientDatabase = z.output<typeof lenientDatabase>;

const lenientPlan = z.object({
  databases: z.record(z.string(), lenientDatabase.prefault({}).catch(lenientDatabase.parse({}))).catch({}),
  objectives: z
    .object({ rpo: rpo.nullable().catch(null) })
    .prefault({})
    .catch({ rpo: null }),
  schedule: z
    .object({ backup: backup.nullable().catch(null), watch: watch.nullable().catch(null) })
    .prefault({})
    .catch({ backup: null, watch: null }),
});
type LenientPlan = z.output<typeof lenientPlan>;

const day = 24 * 3600;

/**
 * How much time's work may be lost of a database, by all that the plan says of it: a log that goes back to any second,
 * backups of the platform's own and exports keep an objective, too.
 */
function mostLost({ managed, exports, point_in_time }: LenientDatabase, gap: number): number {
  if (point_in_time.engine !== undefined || point_in_time.stanza !== undefined || managed?.pitr === true) return 0;
  return Math.min(gap, managed?.backups === "daily" ? day : gap, exports?.max_age ?? gap);
}

function tooSeldom({ databases, objectives: { rpo }, schedule }: LenientPlan, plan: unknown): PathFault[] {
  if (schedule.backup === null || rpo === null) return [];
  const gap = longestGap(schedule.backup);
  const names = Object.keys(databases).filter(
    (name) => mostLost(databases[name] ?? lenientDatabase.parse({}), gap) > rpo,
  );
  if (names.length === 0) return [];
  const path = valueAt(plan, ["objectives", "rpo"]) === undefined ? ["schedule", "backup"] : ["objectives", "rpo"];
  const told = `objectives.rpo is ${spellSeconds(rpo)}, and by schedule.backup (${schedule.backup}) up to ${spellSeconds(gap)} lie between two backups of ${names.join(", ")}`;
  const mend =
    "back up more often or allow more, or say under point_in_time or managed.pitr what goes back to a second";
  return [{ path, message: `${told}; ${mend}` }];
}

/** Seconds: a watch that is due so shortly before a backup, and so long after the one before, was meant to come after it. */
const shortlyBefore = 2 * 3600;
const longAfter = 6 * 3600;

/** Backups that are looked at, one after the other: enough for every weekday and month that a line may name. */
const backupsLookedAt = 60;

/** Seconds from a moment at which the watch is due to the backup that it should have waited for; null where it comes after one. */
function secondsTooEarly(backup: string, watched: Date): number | null {
  const justBefore = new Date(watched.getTime() - 1);
  const since = (watched.getTime() - lastFiring(backup, justBefore).getTime()) / 1000;
  const until = (nextFiring(backup, justBefore).getTime() - watched.getTime()) / 1000;
  return until <= shortlyBefore && since >= longAfter ? until : null;
}

function watchesTooEarly({ schedule: { backup, watch } }: LenientPlan): PathFault[] {
  if (backup === null || watch === null) return [];
  let early: number | null = null;
  let taken = new Date(Date.UTC(2001, 0, 1));
  for (let count = 0; count < backupsLookedAt; count += 1) {
    taken = nextFiring(backup, taken);
    early = secondsTooEarly(backup, nextFiring(watch, taken));
    if (early === null) return [];
  }
  const when = early === 0 ? "at the same time as" : `${spellSeconds(early ?? 0)} before`;
  const told = `schedule.watch (${watch}) is due ${when} schedule.backup (${backup}), so it judges the backup before that one`;
  return [{ path: ["schedule", "watch"], message: `${told}; let it come half an hour after the backup` }];
}

/** What of a plan's times contradicts itself; takes the plan as it was read, valid or not. */
export function scheduleContradictions(plan: unknown): PathFault[] {
  const parsed = lenientPlan.safeParse(plan);
  if (!parsed.success) return [];
  return [...tooSeldom(parsed.data, plan), ...watchesTooEarly(parsed.data)];
}
