import { resolve } from "node:path";
import { scratchDirectory } from "../base/scratch.ts";
import { parseQualifiedName } from "../postgres/quote.ts";
import { exportCsv, requireNewFile } from "../recovery/table/staging/export-csv.ts";
import type { UseCaseContext } from "./context.ts";
import { loadSubject, sourceTarget } from "./subject.ts";
import { sourceOf, type TableSourceOptions } from "./table-source.ts";

export interface ExportTableOptions extends TableSourceOptions {
  readonly plan: string;
  readonly database?: string;
  readonly table: string;
  /** The CSV file, which must not exist. */
  readonly file: string;
}

export interface ExportedTable {
  readonly table: string;
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Writes a table of a backup as CSV with a header. Production is not touched. */
export async function exportTable(context: UseCaseContext, options: ExportTableOptions): Promise<ExportedTable> {
  const name = parseQualifiedName(options.table);
  const subject = await loadSubject(context, options);
  const file = resolve(context.workingDirectory, options.file);
  await requireNewFile(file);
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await scratchDirectory("table"));
  const production = sourceTarget(context, subject.database);
  const staging = { context, subject, scratch: scratch.path, stack, production };
  const source = await sourceOf(staging, options, [name]);
  const written = await context.progress.step(`Write ${options.file}`, () =>
    exportCsv(source.target, options.table, file),
  );
  return { table: options.table, file: options.file, ...written };
}
