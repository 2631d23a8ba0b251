import { IthacaError } from "../../base/errors.ts";
import { isAround } from "../surroundings.ts";
import { tableErrors } from "./errors.ts";

/** SQLSTATE of an error of the server, or an empty string. */
export function sqlstateOf(thrown: unknown): string {
  return text(thrown, "code");
}

function text(thrown: unknown, field: string): string {
  const value = thrown instanceof Error ? Reflect.get(thrown, field) : undefined;
  return typeof value === "string" ? value : "";
}

/** COPY says where it stood, and then quotes the value: only the column's name is taken. */
function copiedColumn(thrown: unknown): string {
  return /^COPY [^,]+, line \d+, column ([^:]+)/.exec(text(thrown, "where"))?.[1] ?? text(thrown, "column");
}

/** The rule that refused a row, by the names that the server gives apart from its message. */
function ruleOf(thrown: unknown): string {
  const [constraint, column, table] = ["constraint", "column", "table"].map((field) => text(thrown, field));
  const where = table === "" ? "" : ` of ${table}`;
  if (constraint !== "") return `${constraint}${where}`;
  return column === "" ? "" : `NULL in ${column}${where}`;
}

/**
 * Says what an error of the server means for the recovery of a table. The server's own message is left out: it may hold
 * values of a row.
 *
 * @param step what was being done, such as `write the rows`
 */
export function explain(thrown: unknown, table: string, step: string, lockSeconds: number): unknown {
  if (thrown instanceof IthacaError) return thrown;
  const code = sqlstateOf(thrown);
  const options = { cause: thrown };
  if (!/^[0-9A-Z]{5}$/.test(code) || isAround(thrown)) return thrown;
  if (code === "55P03") return tableErrors.busy({ table, seconds: lockSeconds }, options);
  if (code.startsWith("40")) return tableErrors.disturbed({ table, code }, options);
  if (code === "42501")
    return tableErrors.forbidden({ role: "of ITHACA_RECOVERY_URL", what: `${step} for ${table}` }, options);
  if (code === "55000") return tableErrors.published({ table }, options);
  if (code.startsWith("23")) return tableErrors.rule_refused({ table, rule: ruleOf(thrown), code }, options);
  if (code.startsWith("22") || /^42(704|P01|883)$/.test(code)) {
    return tableErrors.value_refused({ table, column: copiedColumn(thrown), code }, options);
  }
  return tableErrors.refused({ table, code, step }, options);
}
