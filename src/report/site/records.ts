import { spellInstant, spellSeconds } from "../../base/spell.ts";
import { evidenceFolder, evidenceOf, tableOf, word } from "./evidence.ts";
import { type Html, html } from "./html.ts";
import { type Page, way } from "./layout.ts";
import { resolverFor } from "./links.ts";
import { pageOfMarkdown } from "./markdown.ts";
import type { OperationRow, SiteParts } from "./parts.ts";

/** The list of incidents, and a page for each. */
export function incidentPages(parts: SiteParts): Page[] {
  const list = "incidents.html";
  const sources = [...parts.files.values()]
    .filter(({ path }) => /^incidents\/[\w.-]+\.md$/.test(path))
    .toSorted((a, b) => (a.path < b.path ? 1 : -1));
  const pages = sources.map(({ path: source, bytes }): Page => {
    const path = source.replace(/\.md$/, ".html");
    const name = source.slice("incidents/".length, -".md".length);
    const body = pageOfMarkdown(Buffer.from(bytes).toString("utf8"), resolverFor(source, path, parts));
    return { path, title: `Incident ${name}`, body: html`<article>${body}</article>` };
  });
  const rows = pages.map(({ path, title }) => {
    const { link, digest } = evidenceOf(list, parts.files.get(path.replace(/\.html$/, ".md")), parts.recorded);
    return [html`<a href="${path}">${title}</a>`, link, digest];
  });
  const head = ["Incident", "File", "SHA-256, and where the chain holds it"];
  return [
    {
      path: list,
      title: "Incidents",
      body: html`<h1>Incidents</h1>
<p>Every recovery that was executed writes one, from its plan to what was learned.</p>
${tableOf("Incidents, newest first", head, rows)}`,
    },
    ...pages,
  ];
}

const monthPage = (month: string) => `audit/${month}.html`;

function operationsTable(operations: readonly OperationRow[]): Html {
  const rows = operations.map((each) => {
    const seconds =
      each.finished_at === null ? null : (Date.parse(each.finished_at) - Date.parse(each.started_at)) / 1000;
    return [
      spellInstant(each.started_at),
      each.database,
      each.operation_type,
      each.performed_by,
      word(each.status),
      seconds === null ? "no end recorded" : spellSeconds(seconds),
    ];
  });
  return tableOf("Operations, newest first", ["Begun", "Database", "Operation", "By", "How it ended", "Took"], rows);
}

/** The audit log: its newest month, and a page for every month. */
export function auditPages({ operations }: SiteParts): Page[] {
  const path = "audit.html";
  const months = [...Map.groupBy(operations, ({ started_at }) => started_at.slice(0, 7))];
  const [newest] = months;
  const list = months.map(
    ([month, of]) => html`<li><a href="${way(path, monthPage(month))}">${month}</a>: ${of.length} operations</li>`,
  );
  return [
    {
      path,
      title: "Audit log",
      body: html`<h1>Audit log</h1>
<p>What was done, by whom, and how it ended. Each operation has a file for its beginning and one for its end in
<code>audit/</code> of the reports' folder; <code>npm run ithaca -- audit export</code> gives all of it as CSV.</p>
${newest === undefined ? html`<p class="muted">Nothing yet.</p>` : html`<h2>By month</h2><ul>${list}</ul><h2>${newest[0]}</h2>${operationsTable(newest[1])}`}`,
    },
    ...months.map(([month, of]) => ({
      path: monthPage(month),
      title: `Audit log of ${month}`,
      body: html`<h1>Audit log of ${month}</h1>${operationsTable(of)}`,
    })),
  ];
}

/** The evidence chain: where it ends, and how anybody can walk along it. */
export function evidencePage({ heads, files }: SiteParts): Page {
  const path = "evidence.html";
  const rows = heads.map(({ database, sequence, digest }) => {
    const link = `chain/${database}/${String(sequence).padStart(6, "0")}.json`;
    const words = `${database}, link ${sequence}`;
    const name = files.has(link) ? html`<a href="${way(path, `${evidenceFolder}/${link}`)}">${words}</a>` : words;
    return [name, html`<code class="long">${digest}</code>`];
  });
  return {
    path,
    title: "Evidence",
    body: html`<h1>Evidence</h1>
<p>Every file of the reports' folder stands, with its digest, in a link of a chain; each link holds the digest of the one
before it. The files lie under <code>evidence/</code> of this site, byte by byte, for <code>sha256sum</code>. In the
repository <code>npm run ithaca -- reports verify</code> walks along the chain and names what was altered, removed or inserted.</p>
<p>Compare a newest digest with the one in a mail, in a backup's <code>backup.json</code> or in the database's own audit
log: somebody who may write to the repository cannot change those.</p>
<h2>Newest links</h2>
${tableOf("Newest links of the chains", ["Chain", "SHA-256 of its newest link"], rows)}`,
  };
}
