import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { hashFile, hashFiles, listFiles } from "../../backup/files.ts";
import { detectArchive, type FoundArchive } from "./detect.ts";
import { archiveErrors } from "./errors.ts";
import type { ForeignParts } from "./restore-foreign.ts";
import {
  type ArchivedLocale,
  type ArchiveHeader,
  localeIn,
  noHeader,
  openArchiveFile,
  sqlFileSource,
} from "./source.ts";

/** An archive from elsewhere, opened: what it is, and how it is read. */
export interface OpenedForeign {
  readonly parts: ForeignParts;
  readonly header: ArchiveHeader;
  readonly locale: ArchivedLocale | null;
  readonly promised: number | null;
  /** In words, such as `a pg_dump archive (custom)`. */
  readonly form: string;
  /** The newest time at which one of the files was written. */
  readonly writtenAt: Date;
  readonly bytes: number;
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
  /** SHA-256 of the file, or over the list of names and digests where there are several. */
  readonly digest: string;
}

type SqlFile = Extract<FoundArchive, { form: "sql" }>;

const inWords: Readonly<Record<SqlFile["part"], string>> = {
  whole: "a dump of a whole database",
  roles: "a list of roles",
  schema: "a schema",
  data: "the rows of a schema",
};

/** Sorts plain files by what they hold, whatever their order. */
function sortParts(files: readonly SqlFile[]): Record<"roles" | "definitions" | "data", SqlFile | null> {
  const only = (...parts: readonly SqlFile["part"][]): SqlFile | null => {
    const [first, second] = files.filter(({ part }) => parts.includes(part));
    if (first === undefined) return null;
    if (second === undefined) return first;
    throw archiveErrors.do_not_belong({ first: first.path, second: second.path, what: inWords[second.part] });
  };
  return { roles: only("roles"), definitions: only("whole", "schema"), data: only("data") };
}

async function hashAll(
  paths: readonly string[],
): Promise<Pick<OpenedForeign, "bytes" | "files" | "digest" | "writtenAt">> {
  const files: { path: string; bytes: number; sha256: string }[] = [];
  let newest = 0;
  for (const path of paths) {
    const found = await stat(path);
    if (!found.isDirectory()) {
      files.push({ path: basename(path), ...(await hashFile(path)) });
      newest = Math.max(newest, found.mtimeMs);
      continue;
    }
    const names = (await listFiles(path)).filter(({ plain }) => plain).map((file) => file.path);
    for (const file of await hashFiles(path, names)) files.push({ ...file, path: `${basename(path)}/${file.path}` });
    newest = Math.max(newest, (await stat(`${path}/toc.dat`)).mtimeMs);
  }
  const [single] = files;
  const list = files
    .map(({ path, sha256 }) => `${sha256}  ${path}\n`)
    .sort()
    .join("");
  const digest =
    files.length === 1 && single !== undefined ? single.sha256 : createHash("sha256").update(list).digest("hex");
  return { files, digest, bytes: files.reduce((sum, file) => sum + file.bytes, 0), writtenAt: new Date(newest) };
}

/**
 * Opens what a person named as an archive: one pg_dump archive or plain dump, with or without a list of roles, or the
 * parts of `supabase db dump` in any order.
 *
 * @param scratch a private directory, for archives that are packed as a whole
 * @throws archive.* of kind `input` where the paths are no backup of one database, of kind `failed` where it is damaged
 */
export async function openForeign(
  paths: readonly string[],
  scratch: string,
  signal: AbortSignal,
): Promise<OpenedForeign> {
  const found: FoundArchive[] = [];
  for (const path of paths) found.push(await detectArchive(path));
  const archives = found.filter((one) => one.form !== "sql");
  const { roles, definitions, data } = sortParts(found.filter((one) => one.form === "sql"));
  const [archive, other = definitions ?? data] = archives;
  if (archive !== undefined && other !== null) {
    throw archiveErrors.do_not_belong({ first: archive.path, second: other.path, what: "dumps of a database" });
  }
  const ofRoles = roles === null ? [] : [sqlFileSource(roles)];
  const hashes = await hashAll(paths);
  if (archive !== undefined) {
    const opened = await openArchiveFile(archive, scratch, signal);
    return {
      ...hashes,
      ...opened,
      form: `a pg_dump archive (${archive.form}${archive.packing === "none" ? "" : `, packed with ${archive.packing}`})`,
      parts: { roles: ofRoles, definitions: [opened.source], data: [], ofSupabase: false },
    };
  }
  if (definitions === null) {
    const left = [roles, data].filter((part) => part !== null).map(({ path }) => path);
    throw archiveErrors.no_definitions({ paths: left });
  }
  const separate = definitions.part === "schema" || data !== null;
  return {
    ...hashes,
    header: noHeader,
    promised: null,
    locale: await localeIn(sqlFileSource(definitions).bytes()),
    form: separate ? "files of `supabase db dump`" : "a plain SQL dump",
    parts: {
      roles: ofRoles,
      definitions: [sqlFileSource(definitions)],
      data: data === null ? [] : [sqlFileSource(data)],
      ofSupabase: separate && (definitions.ofSupabase || (data?.ofSupabase ?? false)),
    },
  };
}
