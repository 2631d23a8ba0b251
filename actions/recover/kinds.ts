import { defineErrors, entry } from "../../src/base/errors.ts";
import type { UseCaseContext } from "../../src/operations/context.ts";
import type { RecoveryResult } from "../../src/operations/recover.ts";
import { fullModes, recoverFull } from "../../src/operations/recover-full.ts";
import { engineOf, recoverPointInTime } from "../../src/operations/recover-point-in-time.ts";
import { recoverTable, tableModes } from "../../src/operations/recover-table.ts";
import { loadSubject } from "../../src/operations/subject.ts";
import { choice, flag, text, wholeNumber } from "../shared/inputs.ts";
import { namesOf } from "../shared/lines.ts";
import { isRunAgain } from "../shared/run-again.ts";
import { subjectInputs, subjectOptions } from "../shared/subject.ts";

/* One action for the three recoveries: which input goes to which of them. */

const errors = defineErrors("action", {
  input_needed: entry({
    kind: "input",
    says: (p: { what: string; input: string }) => `A recovery of the kind ${p.what} needs the input "${p.input}"`,
    mend: () => "fill it in and start the workflow again",
    example: { what: "table", input: "table" },
  }),
  only_looked_at: entry({
    kind: "input",
    says: () => "Without a table, a point in time of the team's own server is only looked at, which shows rows",
    mend: () => "name a table to bring back, or look from a computer of your own: docs/point-in-time.md",
    example: {},
  }),
});

export const recoverInputs = {
  ...subjectInputs,
  "recovery-url": text,
  "supabase-token": text,
  "supabase-project-ref": text,
  what: choice(["full", "table", "point-in-time"]),
  backup: text.default("latest"),
  into: choice([...fullModes]),
  to: text,
  table: text,
  mode: choice([...tableModes]),
  "with-dependants": flag,
  "with-parents": flag,
  "keep-newer": text,
  map: text,
  leave: text,
  retype: text,
  "skip-conflicts": flag,
  timeline: text,
  "lag-seconds": wholeNumber,
  execute: flag,
  confirm: text,
  reason: text,
  incident: text,
  "incident-at": text,
  watch: text,
};

type Asked = {
  readonly plan: string;
  readonly what: "full" | "table" | "point-in-time";
  readonly backup: string;
  readonly into: (typeof fullModes)[number];
  readonly mode: (typeof tableModes)[number];
  readonly execute: boolean;
  readonly "with-dependants": boolean;
  readonly "with-parents": boolean;
  readonly "skip-conflicts": boolean;
  readonly "lag-seconds"?: number | undefined;
} & {
  readonly [K in
    | "database"
    | "to"
    | "table"
    | "keep-newer"
    | "map"
    | "leave"
    | "retype"
    | "timeline"
    | "confirm"
    | "reason"
    | "incident"
    | "incident-at"
    | "watch"]?: string | undefined;
};

/** What was given, without what was left out. */
function given<T extends Record<string, string | undefined>>(values: T): { [K in keyof T]?: string } {
  const result: { [K in keyof T]?: string } = {};
  for (const key in values) {
    const value = values[key];
    if (value !== undefined) result[key] = value;
  }
  return result;
}

function needed(asked: Asked, input: "table" | "to"): string {
  const value = asked[input];
  if (value === undefined) throw errors.input_needed({ what: asked.what, input });
  return value;
}

/**
 * Plans or executes the recovery that was asked for.
 *
 * @throws input: an input is missing that this kind of recovery needs; what the use cases throw
 */
export async function recoverAsAsked(context: UseCaseContext, asked: Asked): Promise<RecoveryResult> {
  const { what, backup, into, mode, execute, confirm, reason, incident, watch } = asked;
  const common = {
    ...subjectOptions(asked),
    execute,
    onlyGoOn: isRunAgain(context),
    ...given({ confirm, reason, incident, watch, incidentAt: asked["incident-at"] }),
  };
  if (what === "full") return await recoverFull(context, { ...common, backup, into });
  const withDependants = asked["with-dependants"];
  if (what === "table") {
    return await recoverTable(context, {
      ...common,
      backup,
      table: needed(asked, "table"),
      mode,
      withDependants,
      withParents: asked["with-parents"],
      ...given({ keepNewer: asked["keep-newer"] }),
      map: namesOf(asked.map),
      leave: namesOf(asked.leave),
      retype: namesOf(asked.retype),
      skipConflicts: asked["skip-conflicts"],
    });
  }
  const { table, timeline, "lag-seconds": lagSeconds } = asked;
  if (table === undefined && engineOf(await loadSubject(context, subjectOptions(asked))) === "pgbackrest") {
    throw errors.only_looked_at({});
  }
  const result = await recoverPointInTime(context, {
    ...common,
    to: needed(asked, "to"),
    ...(lagSeconds === undefined ? {} : { lagSeconds }),
    ...(table === undefined ? {} : { table, mode, withDependants, withParents: asked["with-parents"] }),
    ...given({ timeline, keepNewer: asked["keep-newer"] }),
  });
  if (result.kind === "view") throw errors.only_looked_at({});
  return result.recovery;
}
