/*
 * How values travel between @supabase/lite and PostgreSQL where its own ways differ from PostgREST's and GoTrue's.
 */

function isObjectText(value: unknown): value is string {
  if (typeof value !== "string" || !value.startsWith("{")) return false;
  try {
    return typeof JSON.parse(value) === "object";
  } catch {
    return false;
  }
}

/**
 * @supabase/lite 0.10 hands the metadata of a user over as text, which the driver would write as one JSON string: the
 * app's trigger on `auth.users` would find no `full_name` in it. The text of an object is written as that object.
 */
const jsonb = {
  to: 3802,
  from: [3802],
  serialize: (value: unknown) => (isObjectText(value) ? value : JSON.stringify(value)),
  parse: (text: string): unknown => JSON.parse(text),
};

/** PostgREST answers with PostgreSQL's text, `\x...`; the driver would make a Buffer of it, and JSON an object of that. */
const bytea = {
  to: 17,
  from: [17],
  serialize: (value: unknown) =>
    value instanceof Uint8Array ? `\\x${Buffer.from(value).toString("hex")}` : String(value),
  parse: (text: string) => text,
};

export const wireTypes = { jsonb, bytea };
