import { spellInstant } from "../../base/spell.ts";
import { isProof } from "../history.ts";
import type { AnyReport } from "../model.ts";
import { evidenceOf, tableOf, word } from "./evidence.ts";
import { type Html, html } from "./html.ts";
import type { Page } from "./layout.ts";
import { reportLink, resolverFor } from "./links.ts";
import { pageOfMarkdown } from "./markdown.ts";
import { reportPage, type SiteParts, stemOf } from "./parts.ts";

/** Reports with their verdicts and their evidence, the newest first. */
export function reportsTable(from: string, reports: readonly AnyReport[], parts: SiteParts, named: boolean): Html {
  const rows = reports
    .toSorted((a, b) => b.run.started_at.localeCompare(a.run.started_at))
    .map((report) => {
      const { link, digest } = evidenceOf(from, parts.files.get(`${stemOf(report.report.json)}.json`), parts.recorded);
      const harmed = isProof(report) && report.damaged ? " (damaged on purpose)" : "";
      return [
        reportLink(from, report, spellInstant(report.run.started_at)),
        ...(named ? [report.database] : []),
        `${report.kind}${harmed}`,
        word(report.verdict),
        link,
        digest,
      ];
    });
  const head = [
    "Run",
    ...(named ? ["Database"] : []),
    "Kind",
    "Verdict",
    "File",
    "SHA-256, and where the chain holds it",
  ];
  return tableOf("Reports, newest first", head, rows);
}

/** The list of all reports. */
export function reportsPage(parts: SiteParts): Page {
  const path = "reports.html";
  return {
    path,
    title: "Reports",
    body: html`<h1>Reports</h1>${reportsTable(path, parts.reports, parts, true)}`,
  };
}

function pageOf(report: AnyReport, parts: SiteParts): Page | null {
  const stem = stemOf(report.report.markdown);
  const text = stem === null ? undefined : parts.files.get(`${stem}.md`);
  if (stem === null || text === undefined) return null;
  const path = reportPage(stem);
  const evidence = ["json", "md"].map((ending) => {
    const { link, digest } = evidenceOf(path, parts.files.get(`${stem}.${ending}`), parts.recorded);
    return [link, digest];
  });
  const body = pageOfMarkdown(Buffer.from(text.bytes).toString("utf8"), resolverFor(`${stem}.md`, path, parts));
  return {
    path,
    title: `${report.kind} of ${report.database}, ${report.run.started_at.slice(0, 10)}: ${report.verdict}`,
    body: html`<article>${body}</article>
<h2 id="files-of-this-report">Files of this report</h2>
${tableOf("Files of this report", ["File", "SHA-256, and where the chain holds it"], evidence)}`,
  };
}

/** One page for each report. */
export function reportPages(parts: SiteParts): Page[] {
  return parts.reports.map((report) => pageOf(report, parts)).filter((page) => page !== null);
}
