import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Progress } from "../base/progress.ts";
import type { Session } from "../postgres/types.ts";
import type { ArchiveEntry } from "./archive.ts";
import { apartFromAttachments } from "./attachments.ts";
import { pastDeadlocks } from "./deadlocks.ts";
import { type LoadOptions, type LoadResult, load } from "./pg-restore.ts";
import { faultOfSurroundings } from "./surroundings.ts";
import { renderList } from "./toc.ts";

export interface LoadContext {
  readonly session: Session;
  readonly pgRestore: string;
  readonly dump: string;
  /** A private directory for list files. */
  readonly scratch: string;
  readonly jobs: number;
  /** Whether the files of the rows go once they are loaded, so that dump and indexes need not both have room. */
  readonly consume: boolean;
  /** Called when everything is there but the event triggers. */
  readonly beforeEventTriggers: () => Promise<void>;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

type RunOptions = Pick<LoadOptions, "sections" | "withoutTablespaces" | "onTable" | "pastTriggers" | "serial">;

/** Runs pg_restore over some entries; a fault of the surroundings is thrown. */
export async function loadEntries(
  context: LoadContext,
  name: string,
  entries: readonly ArchiveEntry[],
  options: RunOptions,
): Promise<LoadResult> {
  if (!options.sections.includes("post-data") || options.serial === true) {
    return await loadOnce(context, name, entries, options);
  }
  const { withoutTablespaces } = options;
  const alone = (part: string, some: readonly ArchiveEntry[]) =>
    loadOnce(context, `${name}.${part}`, some, { sections: ["post-data"], withoutTablespaces, serial: true });
  const { inJobs, oneByOne } = apartFromAttachments(entries);
  const first = await loadOnce(context, name, inJobs, options);
  const result = await pastDeadlocks(inJobs, first, (some) => alone("again", some));
  if (oneByOne.length === 0 || !result.ranToItsEnd) return result;
  const { errors, ranToItsEnd, seconds } = await alone("attachments", oneByOne);
  return { ...result, errors: [...result.errors, ...errors], ranToItsEnd, seconds: result.seconds + seconds };
}

async function loadOnce(
  context: LoadContext,
  name: string,
  entries: readonly ArchiveEntry[],
  options: RunOptions,
): Promise<LoadResult> {
  const list = join(context.scratch, `${name}.list`);
  await writeFile(list, renderList(entries));
  const { pgRestore, dump, jobs, signal, session } = context;
  const result = await load({
    pgRestore,
    dump,
    list,
    jobs,
    signal,
    target: session.target,
    versionNum: session.versionNum,
    ...options,
  });
  const fault = faultOfSurroundings(
    result.errors.map((error) => error.message),
    session.target,
  );
  if (fault !== null) throw fault;
  return result;
}
