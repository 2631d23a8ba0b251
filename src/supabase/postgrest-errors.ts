/*
 * What PostgREST answers to an error of PostgreSQL, for the SQLSTATEs that @supabase/lite 0.10 does not tell apart: it
 * answers those with 500 and a code of its own. Source: https://docs.postgrest.org/en/stable/references/errors.html
 */

/** Status by SQLSTATE or by its class; 400 for any other. */
const statuses: Readonly<Record<string, number>> = {
  "08": 503,
  "09": 500,
  "0L": 403,
  "0P": 403,
  "25": 500,
  "28": 403,
  "2D": 500,
  "38": 500,
  "39": 500,
  "3B": 500,
  "40": 500,
  "54": 500,
  "57": 500,
  "58": 500,
  F0: 500,
  HV: 500,
  P0: 500,
  P0001: 400,
  XX: 500,
};

/** Codes and classes that @supabase/lite answers as PostgREST does, or that are not PostgreSQL's. */
const answered = /^(42|22|21|55|53|PT|PGRST)|^(23502|23503|23505|25006)$/;

interface DatabaseError {
  readonly code: string;
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
}

function isDatabaseError(error: unknown): error is DatabaseError {
  return (
    error instanceof Error && "code" in error && typeof error.code === "string" && /^[0-9A-Z]{5}$/.test(error.code)
  );
}

/**
 * Turns an error of PostgreSQL into the form in which a function may dictate its own answer (`RAISE SQLSTATE 'PGRST'`),
 * which @supabase/lite follows; errors that it answers well by itself are given back as they are.
 */
export function asPostgrestWould(error: unknown): unknown {
  if (!isDatabaseError(error) || answered.test(error.code)) return error;
  const { code, message, detail, hint } = error;
  const status = statuses[code] ?? statuses[code.slice(0, 2)] ?? 400;
  return Object.assign(new Error(JSON.stringify({ code, message, details: detail ?? null, hint: hint ?? null })), {
    code: "PGRST",
    detail: JSON.stringify({ status, headers: {} }),
  });
}
