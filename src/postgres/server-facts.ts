import { z } from "zod";
import { postgresErrors } from "./errors.ts";
import { sqlFile } from "./sql-files.ts";
import type { Session } from "./types.ts";

const factsSql = sqlFile("server-facts");

const factsRow = z
  .object({
    version: z.string(),
    version_num: z.int(),
    database: z.string(),
    encoding: z.string(),
    collate: z.string(),
    ctype: z.string(),
    locale_provider: z.enum(["libc", "icu", "builtin"]),
    provider_locale: z.string().nullable(),
    icu_rules: z.string().nullable(),
    size_bytes: z
      .string()
      .nullable()
      .transform((bytes) => (bytes === null ? null : Number(bytes))),
    user: z.string(),
    superuser: z.boolean(),
    bypass_rls: z.boolean(),
    reads_all_data: z.boolean(),
    in_recovery: z.boolean(),
  })
  .transform((row) => ({
    /** As the server says it, such as `17.2 (Debian 17.2-1)`. */
    version: row.version,
    versionNum: row.version_num,
    major: majorOf(row.version_num),
    database: row.database,
    encoding: row.encoding,
    collate: row.collate,
    ctype: row.ctype,
    localeProvider: row.locale_provider,
    /** The ICU locale, or from 17 on the builtin provider's; null with libc. */
    icuLocale: row.provider_locale,
    icuRules: row.icu_rules,
    /** Bytes on disk; null where the role may not ask. */
    sizeBytes: row.size_bytes,
    user: row.user,
    superuser: row.superuser,
    bypassRls: row.bypass_rls,
    readsAllData: row.reads_all_data,
    /** A standby: it can be read, but it takes no notice of its primary's locks. */
    inRecovery: row.in_recovery,
  }));

/** What a session's server, database and role are. */
export type ServerFacts = z.output<typeof factsRow>;

/** The major of a `server_version_num`: 150018 is 15. */
export function majorOf(versionNum: number): number {
  return Math.floor(versionNum / 10_000);
}

export async function readServerFacts(session: Session): Promise<ServerFacts> {
  const [row] = await session.query(factsSql);
  return factsRow.parse(row);
}

/**
 * Refuses a role whose backup would be less than the database. Under row level security pg_dump fails, or with
 * `--enable-row-security` succeeds with 0 rows; so only a superuser or a role with BYPASSRLS will do.
 *
 * @throws postgres.role_filtered
 */
export function assertMayRead({ superuser, bypassRls, user, database }: ServerFacts): void {
  if (!superuser && !bypassRls) throw postgresErrors.role_filtered({ user, database });
}
