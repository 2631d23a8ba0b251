/*
 * What in the text of a policy, view or function makes what is visible depend on more than the rows. A doubt counts as
 * yes: an object that is not compared stands in the report, a false alarm at every proof would be worse.
 */

/** Asks for the time. */
const clock =
  /\b(?:now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|age)\s*\(|\bcurrent_(?:date|time|timestamp)\b|\blocaltime(?:stamp)?\b|'(?:now|today|tomorrow|yesterday)'/i;

/** Asks for chance, for this connection, or for the server: the copy's are others. */
const surroundings =
  /\b(?:random|random_normal|gen_random_\w+|uuid_generate_\w+|uuidv7|nextval|currval|lastval|version|current_database|txid_\w+|inet_(?:client|server)_\w+|pg_(?:backend_pid|current_\w+|is_in_recovery|postmaster_start_time|conf_load_time|\w+_size|stat_\w+|export_snapshot))\s*\(|\b(?:session_user|current_catalog|ctid|xmin|xmax|cmin|cmax|tableoid)\b/i;

/** Reads the catalog, which numbers objects anew in every database. */
const catalog = /\b(?:from|join)\s+\(*(?:pg_catalog\.|information_schema\.|pg_[a-z]\w*)/i;

/** Of which rows only the number is steady: those that a LIMIT picks, or values put together in any order. */
const looseContent =
  /\b(?:limit|offset|fetch\s+first|distinct\s+on|tablesample|over)\b|\b(?:array|string|xml|jsonb?(?:_object)?)_?agg(?:_strict|_unique)*\s*\(/i;

/** Adds up: the sum of floating-point numbers depends on the order of reading, into whatever type it is put. */
const sums = /\b(?:sum|avg|stddev(?:_pop|_samp)?|variance|var_(?:pop|samp)|corr|covar_(?:pop|samp)|regr_\w+)\s*\(/i;

export const readsClock = (text: string): boolean => clock.test(text);
export const hasLooseContent = (text: string): boolean => looseContent.test(text);
export const addsUp = (text: string): boolean => sums.test(text);

/** Why a text's result may be another one on a faithful copy, for other reasons than the time; null where it may not. */
export function strays(text: string): string | null {
  if (surroundings.test(text)) return "it depends on chance, on the connection or on the server";
  return catalog.test(text) ? "it reads the catalog, which differs between servers" : null;
}

const quoted = `'(?:[^']|'')*'|"(?:[^"]|"")*"`;
const asked = String.raw`(?<![\w.$])(?:(now|transaction_timestamp)\(\)|(CURRENT_TIMESTAMP|CURRENT_DATE|LOCALTIMESTAMP)(?![\w($]))`;
const clockCalls = new RegExp(`${quoted}|${asked}`, "g");
const typeOf: Readonly<Record<string, string>> = {
  CURRENT_DATE: "pg_catalog.date",
  LOCALTIMESTAMP: "pg_catalog.timestamp",
};

/**
 * Puts a fixed time in place of each question for the transaction's time in an expression as PostgreSQL writes it. The
 * time is in UTC, as the session's time zone is. What it cannot replace is still there: ask `readsClock` again.
 *
 * @param at a time such as `2026-11-22 02:00:00.123456+00`
 */
export function pinClock(expression: string, at: string): string {
  return expression.replaceAll(clockCalls, (whole, call?: string, word?: string) => {
    if (call === undefined && word === undefined) return whole;
    const type = word === undefined ? undefined : typeOf[word];
    const fixed = `'${at}'::pg_catalog.timestamptz`;
    return type === undefined ? `(${fixed})` : `(${fixed}::${type})`;
  });
}

/** Names that are called in a body: `name(` or `"Name"(`. */
export function calledNames(text: string): string[] {
  const names: string[] = [];
  for (const [, plain, quotedName] of text.matchAll(/(?:([\p{L}_][\p{L}\p{N}_$]*)|"((?:[^"]|"")+)")\s*\(/gu)) {
    names.push(plain?.toLowerCase() ?? quotedName?.replaceAll('""', '"') ?? "");
  }
  return names;
}

/** Names of relations that a body reads, without their schemas: what follows FROM or JOIN. */
export function readNames(text: string): string[] {
  const part = String.raw`(?:[\p{L}_][\p{L}\p{N}_$]*|"(?:[^"]|"")+")`;
  const pattern = new RegExp(String.raw`\b(?:from|join)\s+(?:only\s+)?\(*(?:${part}\s*\.\s*)?(${part})`, "giu");
  return [...text.matchAll(pattern)].map(([, name = ""]) =>
    name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase(),
  );
}
