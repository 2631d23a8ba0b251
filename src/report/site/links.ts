import { posix } from "node:path";
import type { AnyReport } from "../model.ts";
import { evidenceFolder } from "./evidence.ts";
import { type Html, html } from "./html.ts";
import { way } from "./layout.ts";
import type { Resolve } from "./markdown.ts";
import { reportPage, type SiteParts, stemOf } from "./parts.ts";

/** The page that the site has for a file of the reports' folder, else the file itself; null where there is neither. */
function placeOf(path: string, { files }: SiteParts): string | null {
  const stem = stemOf(path);
  if (stem !== null && path.endsWith(".md") && files.has(path)) return reportPage(stem);
  if (/^incidents\/[\w.-]+\.md$/.test(path) && files.has(path)) return path.replace(/\.md$/, ".html");
  return files.has(path) ? `${evidenceFolder}/${path}` : null;
}

/**
 * Where links of a markdown file lead on the site: within the page, to other files of the folder, or to an https address.
 *
 * @param source the markdown file, relative to the reports' folder
 * @param page the page that it becomes, relative to the site's root
 */
export function resolverFor(source: string, page: string, parts: SiteParts): Resolve {
  return (href) => {
    if (href.startsWith("#")) return href;
    if (/^https:\/\/[^\s]+$/.test(href)) return href;
    if (/^[a-z][a-z0-9+.-]*:|^\//i.test(href)) return null;
    const [path = "", fragment] = posix.normalize(posix.join(posix.dirname(source), href)).split("#");
    const place = placeOf(path, parts);
    return place === null ? null : `${way(page, place)}${fragment === undefined ? "" : `#${fragment}`}`;
  };
}

/** A link to a report's page, with words of its own. */
export function reportLink(from: string, report: AnyReport, words: string): Html {
  const stem = stemOf(report.report.markdown);
  return stem === null ? html`${words}` : html`<a href="${way(from, reportPage(stem))}">${words}</a>`;
}
