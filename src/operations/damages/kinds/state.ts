import type { CopyDamage } from "../types.ts";

const odyssey = (kind: string, sql: string, by?: string): CopyDamage => ({
  kind,
  on: "odyssey",
  sql,
  ...(by === undefined ? {} : { by }),
});
const nasty = (kind: string, sql: string): CopyDamage => ({ kind, on: "nasty", sql });

const oneObject = "(SELECT min(oid) FROM pg_largeobject_metadata)";

/** Sequences, large objects and references. */
export const stateDamages: readonly CopyDamage[] = [
  odyssey("a sequence behind", "SELECT setval('public.lesson_usage_id_seq', 1)", "sequences.equality"),
  odyssey("a sequence ahead", "SELECT nextval('cron.jobid_seq')", "sequences.equality"),
  nasty("a sequence called for the first time", "SELECT setval('nasty.never_called', 42, true)"),
  nasty("a cycling sequence elsewhere", "SELECT setval('nasty.cycling', 2)"),
  nasty("a sequence that counts down behind", "SELECT setval('nasty.descending', 50)"),
  odyssey("a sequence missing", "DROP SEQUENCE cron.jobid_seq CASCADE"),
  odyssey("a sequence of no column", "ALTER SEQUENCE cron.jobid_seq OWNED BY NONE"),
  odyssey("a sequence with other steps", "ALTER SEQUENCE cron.jobid_seq INCREMENT 2"),
  odyssey("a large object missing", `SELECT lo_unlink(${oneObject})`, "large_objects.equality"),
  odyssey("a byte of a large object", `SELECT lo_put(${oneObject}, 0, '\\xff')`, "large_objects.equality"),
  odyssey("a large object too many", "SELECT lo_from_bytea(0, '\\x01')"),
  nasty("a large object cut off", "SELECT lo_truncate(lo_open(70003, 131072), 10)"),
  nasty("a large object's owner", "ALTER LARGE OBJECT 70003 OWNER TO CURRENT_USER"),
  nasty("a large object that all may read", "GRANT SELECT ON LARGE OBJECT 70001 TO PUBLIC"),
  { kind: "a source that stopped receiving data", on: "stale", sql: "SELECT", by: "plan.freshness" },
  odyssey(
    "a reference to nobody",
    `UPDATE public.children SET parent_id = gen_random_uuid() WHERE id = (SELECT id FROM public.children LIMIT 1)`,
    "constraints.foreign_keys",
  ),
  odyssey(
    "a parent deleted, its children left",
    "DELETE FROM public.profiles WHERE id = (SELECT parent_id FROM public.children LIMIT 1)",
    "plan.orphans",
  ),
];
