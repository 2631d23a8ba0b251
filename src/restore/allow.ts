import { excuseForRestoreError } from "../plan/exceptions.ts";
import type { Exception } from "../plan/schema.ts";
import type { LedgerEntry } from "./ledger.ts";
import type { RestoreError } from "./types.ts";

interface Rule {
  readonly name: string;
  /** Why nothing is lost by it. */
  readonly why: string;
  readonly allows: (error: LedgerEntry) => boolean;
}

/** Errors that are always allowed. Each is of the loader's own making and touches no object of the backup. */
const rules: readonly Rule[] = [
  {
    name: "loader-setting",
    why: "pg_restore 17 and newer switch off a timeout that older servers do not have; it concerns their session only",
    allows: (error) =>
      error.object === "" && error.message === 'unrecognized configuration parameter "transaction_timeout"',
  },
];

/** Names that the built-in rules need to stay readable in messages. */
export const namesInRules: readonly string[] = ["transaction_timeout"];

/** Says of each error what allows it: a built-in rule by name, else the plan's unexpired exception by its reason, else null. */
export function judge(errors: readonly LedgerEntry[], exceptions: readonly Exception[], now: Date): RestoreError[] {
  return errors.map((error) => {
    const rule = rules.find((one) => one.allows(error));
    const allowedBy = rule?.name ?? excuseForRestoreError(exceptions, error, now)?.reason ?? null;
    return { message: error.message, object: error.object, allowed_by: allowedBy };
  });
}
