import { prose } from "../escape.ts";
import type { AnyReport } from "../model.ts";

/** A link from the index to a report's page, with words of its own; the report's kind unless told otherwise. */
export function linkTo(report: AnyReport, words: string = report.kind): string {
  const [path] = /\d{4}\/\d{2}\/[\w.-]+\.md$/.exec(report.report.markdown) ?? [];
  return path === undefined ? prose(words) : `[${prose(words)}](${path})`;
}
