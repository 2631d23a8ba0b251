import type { Plan } from "../plan/schema.ts";
import type { ChainHead, EvidenceFile } from "./chain/types.ts";
import type { AnyReport } from "./model.ts";
import { anyReportSchema } from "./schema.ts";

/** What the index page is made from, and nothing else: equal parts give equal pages. */
export interface IndexParts {
  readonly plan: Plan;
  /** Every report of the folder, in any order. */
  readonly reports: readonly AnyReport[];
  /** The newest link of every chain, those of the same commit included. */
  readonly heads: readonly ChainHead[];
}

/** The reports among files of the folder; what is no report, or no longer whole, is passed over. */
export function reportsAmong(files: readonly EvidenceFile[]): AnyReport[] {
  return files.flatMap(({ path, bytes }) => {
    if (!/^\d{4}\/\d{2}\/[^/.][^/]*\.json$/.test(path)) return [];
    try {
      const parsed = anyReportSchema.safeParse(JSON.parse(Buffer.from(bytes).toString("utf8")));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });
}

/** The page `README.md` of the reports' folder: are we safe? */
export function indexPage({ plan, heads }: IndexParts): string {
  return [
    "# Are we safe?",
    "",
    ...Object.keys(plan.databases).map((name) => `## ${name}`),
    ...heads.map(({ database, sequence, digest }) => `<!-- chain ${database} ${sequence} ${digest} -->`),
    "",
  ].join("\n");
}
