import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { stopwatch } from "../../base/clock.ts";
import { describeTarget } from "../../postgres/target.ts";
import type { Target } from "../../postgres/types.ts";
import { lossSchema } from "../incident.ts";
import type { AboutBackup } from "../safety-backup.ts";
import type { Notes, RecoveryMethod, RestorePoint, StepContext } from "../types.ts";
import { tableErrors } from "./errors.ts";
import { lossesOf, partsOf, previewOf } from "./preview.ts";
import { recoverTable } from "./recover-table.ts";
import { runUndo } from "./run-undo.ts";
import type { TableRecoveryOptions } from "./types.ts";
import { readGuards, settledStatus, verifyTables } from "./verify-table.ts";

/** Where the rows come from, once they are at hand. */
export interface TableSource {
  readonly target: Target;
  readonly restorePoint: RestorePoint;
  /** Such as `backup 2026-11-22T02-00-05Z-shop-4f1c2a9b`. */
  readonly name: string;
  /** Sentences about what was read. */
  readonly read: readonly string[];
}

export interface TableMethodOptions
  extends Pick<
    TableRecoveryOptions,
    | "production"
    | "table"
    | "mode"
    | "withDependants"
    | "withParents"
    | "keepNewer"
    | "decisions"
    | "skipConflicts"
    | "lockSeconds"
  > {
  /** What is to be said about where the rows come from; nothing unless told otherwise. */
  readonly about?: (from: RestorePoint) => AboutBackup;
  /** Brings the rows beside; called once per run at most. */
  readonly source: (context: StepContext) => Promise<TableSource>;
  /** The folder for the undo file, absolute. */
  readonly undoDirectory: string;
  readonly request: Notes;
}

const writtenSchema = z.object({
  table: z.string(),
  inserted: z.number(),
  changed: z.number(),
  deleted: z.number(),
  relinked: z.number(),
});
const checkSchema = z.object({ title: z.string(), passed: z.boolean(), actual: z.string() });

/** What a later run must know; absent as long as no transaction was about to be committed. */
const notesSchema = z.object({
  transaction: z.string(),
  undo: z.string(),
  tables: z.array(z.string()),
  guards: z.object({ digest: z.string(), things: z.number(), policies: z.number() }),
  written: z.array(writtenSchema).default([]),
  checks: z.array(checkSchema).default([]),
  losses: z.array(lossSchema).default([]),
  orphans: z.record(z.string(), z.number()).default({}),
});

function notesOf({ notes }: StepContext) {
  const parsed = notesSchema.safeParse(notes);
  return parsed.success ? parsed.data : null;
}

/** Without the transaction that it would have undone, a file is nothing but rows that lie about. */
const forget = (undo: string) => rm(undo, { force: true }).catch(() => {});

/** `20261122T143000Z-4f1c2a9b`: part of a file's name, never used twice. */
const stamp = (now: Date) => `${now.toISOString().replaceAll(/[-:]|\.\d+/g, "")}-${randomBytes(4).toString("hex")}`;

/**
 * The recovery of one table as the driver runs it. Its execution is a single transaction whose id is noted before the
 * commit, so that whoever comes after a crash asks the server whether it came.
 */
export function tableMethod(options: TableMethodOptions): RecoveryMethod {
  const { production, table, mode } = options;
  const hashKey = randomBytes(32);
  let source: Promise<TableSource> | undefined;
  const atHand = (context: StepContext) => {
    source ??= options.source(context);
    return source;
  };
  const ask = async (context: StepContext, more: Pick<TableRecoveryOptions, "execute" | "undoFile" | "beforeCommit">) =>
    recoverTable({
      ...options,
      ...more,
      backup: (await atHand(context)).target,
      hashKey,
      progress: context.progress,
      signal: context.signal,
    });

  return {
    kind: "table",
    mode,
    request: options.request,
    marker: production,
    select: async (context) => (await atHand(context)).restorePoint,
    async preview(context) {
      const seconds = stopwatch();
      const { name, read, restorePoint } = await atHand(context);
      const recovery = await ask(context, { execute: false, undoFile: null });
      const preview = previewOf(recovery, `${name} into ${describeTarget(production)}`, seconds(), read);
      const { hazards, obstacles } = options.about?.(restorePoint) ?? { hazards: [], obstacles: [] };
      return {
        ...preview,
        hazards: [...preview.hazards, ...hazards],
        obstacles: [...preview.obstacles, ...obstacles],
      };
    },
    withoutSafetyBackup: async () => null,
    // Writers wait for the transaction itself, and only as long as it runs.
    quiesce: async () => ({ writtenSince: false }),
    async inspect(context) {
      const known = notesOf(context);
      if (known === null)
        return { standing: "untouched", says: "No transaction had come to its commit: nothing was changed." };
      const status = await settledStatus(production, known.transaction, context.signal);
      if (status === "committed")
        return { standing: "done", says: `Its transaction was committed: ${table} is recovered.` };
      if (status === "aborted") {
        await forget(known.undo);
        return { standing: "untouched", says: "Its transaction was taken back: nothing was changed." };
      }
      return { standing: "unclear", says: `Its transaction ${known.transaction} is ${status}: look at ${table}.` };
    },
    async execute(context) {
      const undo = join(options.undoDirectory, `${context.incidentId}-${stamp(context.clock.now())}.sql`);
      const recovery = await ask(context, {
        execute: true,
        undoFile: undo,
        beforeCommit: async (transaction, done) => {
          const tables = done.written.map((one) => one.table);
          await context.assertAlone();
          await context.note({
            transaction,
            undo,
            tables,
            guards: { ...(await readGuards(production, tables)) },
            written: done.written.map((one) => ({ ...one })),
            checks: done.checks.map((one) => ({ ...one })),
            orphans: { ...done.orphans },
            losses: lossesOf(done).map((one) => ({ ...one })),
          });
        },
      });
      for (const sentence of recovery.written.flatMap(partsOf)) context.remark(sentence);
    },
    async verify(context) {
      const known = notesOf(context);
      if (known === null) throw tableErrors.not_as_written({ table, what: "no transaction was noted" });
      const status = await settledStatus(production, known.transaction, context.signal);
      const within = known.checks.map(({ title, passed, actual }, index) => ({
        id: `table.within.${index + 1}`,
        title: `${title}, before the commit`,
        status: passed ? ("passed" as const) : ("failed" as const),
        expected: "passed",
        actual,
        reason: "",
      }));
      return {
        checks: [
          {
            id: "table.transaction",
            title: "The transaction was committed",
            status: status === "committed" ? "passed" : "failed",
            expected: "committed",
            actual: status,
            reason: "",
          },
          ...within,
          ...(await verifyTables(production, known.tables, known)),
        ],
        losses: known.losses,
        not_covered: [],
      };
    },
    async rollBack(context) {
      const known = notesOf(context);
      const status = known === null ? "aborted" : await settledStatus(production, known.transaction, context.signal);
      if (known === null || status === "aborted") {
        if (known !== null) await forget(known.undo);
        return { undone: true, says: "Nothing was committed: production is as it was." };
      }
      const undone = await runUndo(production, known.undo, context.signal);
      return undone.done
        ? { undone: true, says: `What was written was taken back with ${known.undo}.` }
        : { undone: false, says: `What was written stands, and could not be taken back: ${undone.why}` };
    },
    release: async () => {},
    nextSteps(context) {
      const known = notesOf(context);
      if (known === null) return [];
      return [
        `The undo file ${known.undo} holds rows: delete it when nobody needs it any more.`,
        `To undo: psql "$ITHACA_RECOVERY_URL" --no-psqlrc --file ${known.undo}`,
      ];
    },
  };
}
