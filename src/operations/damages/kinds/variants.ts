import type { Variant } from "../types.ts";

const quiet = "SET session_replication_role = replica";

/** The undamaged in every shape that a sound restore may give it: none of these may raise an alarm. */
export const variants: readonly Variant[] = [
  { kind: "as restored", on: "odyssey" },
  { kind: "after VACUUM FULL", on: "odyssey", statements: ["VACUUM FULL"] },
  { kind: "after VACUUM and ANALYZE", on: "odyssey", statements: ["VACUUM (FREEZE, ANALYZE)"] },
  { kind: "after REINDEX", on: "odyssey", statements: ["REINDEX DATABASE $db"] },
  {
    kind: "rows in another order",
    on: "odyssey",
    statements: [
      `${quiet}; UPDATE public.lessons SET title = title; UPDATE public.children SET name = name WHERE total_points > 50;
       UPDATE public.user_progress SET score = score WHERE id::text < '8'; RESET session_replication_role`,
      "CREATE INDEX shuffle ON public.lessons (md5(title)); CLUSTER public.lessons USING shuffle; DROP INDEX public.shuffle; ALTER TABLE public.lessons SET WITHOUT CLUSTER",
    ],
  },
  {
    kind: "gaps between columns",
    on: "odyssey",
    statements: ["ALTER TABLE public.children ADD gone int", "ALTER TABLE public.children DROP gone"],
  },
  {
    kind: "indexes and constraints made anew",
    on: "odyssey",
    statements: [
      "ALTER TABLE public.children DROP CONSTRAINT children_name_check, ADD CONSTRAINT children_name_check CHECK (char_length(name) BETWEEN 1 AND 100)",
    ],
  },
  {
    kind: "grants given in another order",
    on: "odyssey",
    statements: [
      "REVOKE ALL ON public.badges FROM anon, authenticated, service_role",
      "GRANT ALL ON public.badges TO service_role; GRANT ALL ON public.badges TO authenticated; GRANT ALL ON public.badges TO anon",
    ],
  },
  { kind: "rolled back changes", on: "odyssey", statements: ["BEGIN; TRUNCATE public.children CASCADE; ROLLBACK"] },
  { kind: "restored with one job, other OIDs", on: "odyssey", restoredWith: 1 },
  { kind: "restored with four jobs", on: "odyssey", restoredWith: 4 },
  { kind: "the nasty database as restored", on: "nasty" },
  { kind: "the nasty database restored with one job, other OIDs", on: "nasty", restoredWith: 1 },
  { kind: "the nasty database after REINDEX", on: "nasty", statements: ["REINDEX DATABASE $db"] },
  { kind: "pgbench's database", on: "pgbench" },
  { kind: "pgbench's database after VACUUM FULL", on: "pgbench", statements: ["VACUUM FULL"] },
  { kind: "a database without rows", on: "bare" },
  { kind: "the small shop", on: "shop" },
];
