import { spellInstant } from "../../base/spell.ts";
import type { Plan } from "../../plan/schema.ts";
import { linkAt } from "../chain/link.ts";
import { chainHeads } from "../chain/next-links.ts";
import type { EvidenceFile } from "../chain/types.ts";
import { chartFiles } from "../charts/draw.ts";
import { newestEnd } from "../charts/series.ts";
import { reportsAmong } from "../index-page.ts";
import { evidenceFolder, recordedIn } from "./evidence.ts";
import { documentOf } from "./layout.ts";
import { databasePages, overviewPage } from "./overview.ts";
import type { OperationRow, SiteParts } from "./parts.ts";
import { auditPages, evidencePage, incidentPages } from "./records.ts";
import { reportPages, reportsPage } from "./reports.ts";
import { styleSheet } from "./style.ts";

/** A sign for the browser's tab. */
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#1f4a85"/><path d="M8 17l6 6L25 9" fill="none" stroke="#fff" stroke-width="4"/></svg>\n`;

/**
 * The site as files, relative to its root: pages, charts, and the reports' files as they are under `evidence/`. Equal
 * files give an equal site; it needs no script and nothing from elsewhere, and may stand in any folder of a server.
 *
 * @param files of the reports' folder, without what may not be shown
 * @param operations of the audit log, newest first
 */
export async function siteFiles(
  plan: Plan,
  files: readonly EvidenceFile[],
  operations: readonly OperationRow[],
): Promise<EvidenceFile[]> {
  const names = Object.keys(plan.databases).sort();
  const reports = reportsAmong(files).filter(({ database }) => names.includes(database));
  const charts = await chartFiles(reports, names);
  const links = files.filter(({ path }) => linkAt(path) !== null);
  const parts: SiteParts = {
    plan,
    reports,
    operations,
    files: new Map(files.map((file) => [file.path, file])),
    recorded: recordedIn(files),
    heads: chainHeads(links.map(({ path, bytes }) => ({ path, text: Buffer.from(bytes).toString("utf8") }))),
    charts: new Map(charts.map((file) => [file.path, file])),
  };
  const asOf =
    reports.length === 0
      ? "Nothing has run yet."
      : `As of ${spellInstant(new Date(newestEnd(reports)).toISOString())}, the end of the newest run.`;
  const pages = [
    overviewPage(parts),
    ...databasePages(parts),
    reportsPage(parts),
    ...reportPages(parts),
    ...incidentPages(parts),
    ...auditPages(parts),
    evidencePage(parts),
  ];
  return [
    ...pages.map((page) => ({ path: page.path, bytes: Buffer.from(documentOf(page, asOf)) })),
    ...charts,
    ...files.map(({ path, bytes }) => ({ path: `${evidenceFolder}/${path}`, bytes })),
    { path: "style.css", bytes: Buffer.from(styleSheet()) },
    { path: "icon.svg", bytes: Buffer.from(icon) },
  ];
}
