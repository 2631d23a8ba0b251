import { posix } from "node:path";
import { z } from "zod";
import type { PathFault } from "./fault.ts";
import { showPath } from "./harmless.ts";

/*
 * Everything that stands in the folder of the reports is published: committed, and put on their site. So nothing else may
 * stand there, least of all what holds rows.
 */

const lenient = z.object({
  databases: z
    .record(
      z.string(),
      z
        .object({
          exports: z
            .object({ folder: z.string().default("exports") })
            .optional()
            .catch(undefined),
        })
        .optional()
        .catch(undefined),
    )
    .default({})
    .catch({}),
  reports: z
    .object({ directory: z.string().default("reports").catch("reports") })
    .default({ directory: "reports" })
    .catch({ directory: "reports" }),
});

/** As one path is written, whatever slashes and dots it was given with. */
const plain = (folder: string) => posix.normalize(folder.replaceAll("\\", "/")).replace(/(?<=.)\/$/, "");

const lies = (inner: string, outer: string) => `${inner}/`.startsWith(`${outer}/`);

/** Where `recover table` keeps them unless told otherwise. */
const undoFiles = ".ithaca/undo";

/** What would be published that is no report. */
export function publishedByMistake(plan: unknown): PathFault[] {
  const parsed = lenient.safeParse(plan);
  if (!parsed.success) return [];
  const { databases, reports } = parsed.data;
  // An empty one is refused for that.
  if (reports.directory === "") return [];
  const directory = plain(reports.directory);
  if (directory === ".") {
    const message =
      "reports.directory must be a folder for the reports alone, such as reports: everything in it is published, and here that is all beside the plan";
    return [{ path: ["reports", "directory"], message }];
  }
  if (lies(undoFiles, directory)) {
    const message = `reports.directory (${directory}) is published, and the undo files of recoveries, which hold rows, lie in ${undoFiles}; name another folder`;
    return [{ path: ["reports", "directory"], message }];
  }
  return Object.entries(databases).flatMap(([name, database]) => {
    const folder = database?.exports?.folder ?? "";
    if (folder === "" || !lies(plain(folder), directory)) return [];
    const path = ["databases", name, "exports", "folder"];
    const message = `${showPath(path)} (${plain(folder)}) lies in reports.directory (${directory}), which is published, and exported files hold every row; name another folder`;
    return [{ path, message }];
  });
}
