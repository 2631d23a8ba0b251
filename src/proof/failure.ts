import { IthacaError, messageOf } from "../base/errors.ts";
import { sqlstate } from "../census/sqlstate.ts";

/**
 * Condition names of the SQLSTATEs that a check meets, from PostgreSQL's errcodes.txt. A state that is not listed is
 * named by its class.
 */
const conditions: Readonly<Record<string, string>> = {
  "08000": "connection_exception",
  "08003": "connection_does_not_exist",
  "08006": "connection_failure",
  "0A000": "feature_not_supported",
  "21000": "cardinality_violation",
  "22001": "string_data_right_truncation",
  "22003": "numeric_value_out_of_range",
  "22007": "invalid_datetime_format",
  "22008": "datetime_field_overflow",
  "22012": "division_by_zero",
  "22023": "invalid_parameter_value",
  "22P02": "invalid_text_representation",
  "25001": "active_sql_transaction",
  "25006": "read_only_sql_transaction",
  "25P02": "in_failed_sql_transaction",
  "25P03": "idle_in_transaction_session_timeout",
  "28000": "invalid_authorization_specification",
  "28P01": "invalid_password",
  "3D000": "invalid_catalog_name",
  "3F000": "invalid_schema_name",
  "40001": "serialization_failure",
  "40P01": "deadlock_detected",
  "42501": "insufficient_privilege",
  "42601": "syntax_error",
  "42702": "ambiguous_column",
  "42703": "undefined_column",
  "42704": "undefined_object",
  "42725": "ambiguous_function",
  "42803": "grouping_error",
  "42804": "datatype_mismatch",
  "42809": "wrong_object_type",
  "42846": "cannot_coerce",
  "42883": "undefined_function",
  "42P01": "undefined_table",
  "42P10": "invalid_column_reference",
  "42P18": "indeterminate_datatype",
  "53100": "disk_full",
  "53200": "out_of_memory",
  "53300": "too_many_connections",
  "53400": "configuration_limit_exceeded",
  "54001": "statement_too_complex",
  "55000": "object_not_in_prerequisite_state",
  "55P03": "lock_not_available",
  "57014": "query_canceled",
  "57P01": "admin_shutdown",
  "57P02": "crash_shutdown",
  "57P03": "cannot_connect_now",
  "57P04": "database_dropped",
  "58030": "io_error",
  P0001: "raise_exception",
  XX000: "internal_error",
  XX001: "data_corrupted",
  XX002: "index_corrupted",
};

const classes: Readonly<Record<string, string>> = {
  "08": "connection_exception",
  "22": "data_exception",
  "23": "integrity_constraint_violation",
  "25": "invalid_transaction_state",
  "38": "external_routine_exception",
  "39": "external_routine_invocation_exception",
  "42": "syntax_error_or_access_rule_violation",
  "53": "insufficient_resources",
  "54": "program_limit_exceeded",
  "55": "object_not_in_prerequisite_state",
  "57": "operator_intervention",
  "58": "system_error",
  P0: "plpgsql_error",
  XX: "internal_error",
};

/**
 * Says why something could not be run, for a report. Of a PostgreSQL error only SQLSTATE and condition name are told:
 * its message, detail and context may quote rows. Messages of our own errors are written for people and kept; any other
 * error is named by its class or code alone.
 */
export function describeFailure(thrown: unknown): string {
  const state = sqlstate(thrown);
  if (state === "57014") return "it was cancelled or ran into its time limit (SQLSTATE 57014 query_canceled)";
  if (state !== undefined) {
    const name = conditions[state] ?? classes[state.slice(0, 2)] ?? "unknown_condition";
    return `PostgreSQL refused it with SQLSTATE ${state} ${name}`;
  }
  if (thrown instanceof IthacaError) return messageOf(thrown);
  if (lostConnection(thrown)) return "the connection to the copy was lost";
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return `an unexpected error ended it (${/^[A-Z][A-Z0-9_]+$/.test(code) ? code : name})`;
}

/** Phrases of node-postgres for a connection that ended; it gives them no code of their own. */
const endedConnection =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|Connection ended unexpectedly)/;

function lostConnection(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const code = "code" in thrown ? String(thrown.code) : "";
  return ["ECONNRESET", "EPIPE", "ETIMEDOUT", "ECONNREFUSED"].includes(code) || endedConnection.test(thrown.message);
}
