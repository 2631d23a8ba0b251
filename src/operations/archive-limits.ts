import type { NotCovered } from "../proof/types.ts";
import type { OpenedForeign } from "../restore/foreign/open-foreign.ts";

/** What holds of every archive that was taken without a census. */
const always: readonly NotCovered[] = [
  {
    what: "Whether the archive is what the database held",
    why: "no census was taken with it: the copy is compared with the archive, and nobody can compare the archive with its source (backups of Ithaca can be)",
  },
  {
    what: "What each role sees, random records, and the size of earlier backups",
    why: "these are compared with readings of the source, and an archive from elsewhere has none",
  },
  {
    what: "What pg_dump never holds",
    why: "passwords of roles, settings of the database, changes to members of extensions, the files of Storage, and what lies outside PostgreSQL (edge functions, auth settings, API keys)",
  },
];

/** What holds of the three files of `supabase db dump`. */
const ofSupabase: readonly NotCovered[] = [
  {
    what: "Consistency between roles, definitions and rows",
    why: "`supabase db dump` takes them one after the other, in three snapshots: what changed in between is in one and not in the other",
  },
  {
    what: "Triggers on auth.users and policies on storage.objects",
    why: "`supabase db dump` leaves them out; keep them as migrations, or take backups with pg_dump of the whole database",
  },
];

/** What a proof of this archive cannot cover, before anything was loaded. */
export function aboutArchive(opened: OpenedForeign): NotCovered[] {
  const { parts, header, locale, writtenAt } = opened;
  const time =
    header.takenAt === null
      ? `it does not say; the newest of its files was written at ${writtenAt.toISOString()}, which copying may have changed`
      : "its header says so by the clock of the machine that dumped, without a time zone; it is read as UTC";
  return [
    ...always,
    ...(parts.ofSupabase ? ofSupabase : []),
    { what: "The time at which the archive was taken", why: time },
    ...(parts.roles.length > 0
      ? []
      : [
          {
            what: "Roles, with attributes and memberships",
            why: "none were named; name the output of pg_dumpall --roles-only (or supabase db dump --role-only) as well",
          },
        ]),
    ...(locale === null
      ? [
          {
            what: "Encoding and sort order of the database",
            why: "the archive does not say them: the copy has UTF8 and C.UTF-8",
          },
        ]
      : []),
  ];
}
