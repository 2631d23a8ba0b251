import { spellAmount } from "../../base/spell.ts";
import { judge } from "../outcome.ts";
import type { Check, CheckOutcome, ProofContext } from "../types.ts";

/** The ledger of the restore is closed: each error in it is allowed by a rule or by an exception of the plan. */
export const restoreErrors: Check = {
  id: "restore.errors",
  title: "The restore made no error that nobody allows",
  run({ restoreErrors: ledger }: ProofContext): CheckOutcome {
    const open = ledger.filter((error) => error.allowed_by === null);
    const allowed = ledger.length - open.length;
    return judge({
      expected: "0 errors that nobody allows",
      actual:
        ledger.length === 0
          ? "0 errors"
          : `${spellAmount(open.length, "error")} that nobody allows, ${spellAmount(allowed, "allowed error")}`,
      findings: open.map(({ object, message }) => ({
        object: object === "" ? "restore" : object,
        attribute: "error",
        expected: "no error",
        actual: message,
      })),
    });
  },
};
