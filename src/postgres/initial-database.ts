import type { DatabaseLocale } from "./locale.ts";
import { quoteIdentifier } from "./quote.ts";
import { sqlFile } from "./sql-files.ts";
import type { Session } from "./types.ts";

const likeInitialSql = sqlFile("like-initial");

/**
 * Makes the empty database that initdb has left on a new private cluster the copy's, where it is encoded and sorts alike:
 * template0 has nothing else in it, and copying it takes a quarter of a second. initdb's comment on it goes, which is not
 * the source's.
 *
 * @param admin a session on another database of a cluster that is for this copy alone
 * @returns whether it fits; nothing is changed otherwise
 */
export async function adoptInitialDatabase(admin: Session, name: string, locale: DatabaseLocale): Promise<boolean> {
  const { encoding, collate, ctype, localeProvider = "libc" } = locale;
  if (localeProvider !== "libc" || encoding === undefined || collate === undefined || ctype === undefined) return false;
  const [initial] = await admin.query<{ alike: boolean }>(likeInitialSql, [encoding, collate, ctype]);
  if (initial?.alike !== true) return false;
  await admin.query("COMMENT ON DATABASE postgres IS NULL");
  if (name !== "postgres") await admin.query(`ALTER DATABASE postgres RENAME TO ${quoteIdentifier(name)}`);
  return true;
}
