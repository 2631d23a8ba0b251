import { linkAt, readLink, sha256 } from "../chain/link.ts";
import type { EvidenceFile } from "../chain/types.ts";
import { type Html, html, type Part } from "./html.ts";
import { way } from "./layout.ts";

/** What the chain remembers of a file. */
export interface Recorded {
  readonly sha256: string;
  /** The link file, relative to the reports' folder. */
  readonly link: string;
}

/** The folder of the site that holds the reports' files as they are. */
export const evidenceFolder = "evidence";

/** Which link of the chain holds the newest digest of each file. */
export function recordedIn(files: readonly EvidenceFile[]): ReadonlyMap<string, Recorded> {
  const recorded = new Map<string, Recorded>();
  for (const { path, bytes } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    if (linkAt(path) === null) continue;
    const link = readLink(Buffer.from(bytes).toString("utf8"));
    for (const file of link?.files ?? []) recorded.set(file.path, { sha256: file.sha256, link: path });
  }
  return recorded;
}

/** A file of the folder as the site shows it: a link to it, its digest, and the link of the chain that holds that. */
export function evidenceOf(
  from: string,
  file: EvidenceFile | undefined,
  recorded: ReadonlyMap<string, Recorded>,
): { readonly link: Part; readonly digest: Part } {
  if (file === undefined) return { link: "not there", digest: "–" };
  const digest = sha256(file.bytes);
  const known = recorded.get(file.path);
  const short = html`<code>${digest.slice(0, 12)}</code>`;
  const chain = (to: string, words: string) => html`<a href="${way(from, `${evidenceFolder}/${to}`)}">${words}</a>`;
  const said =
    known === undefined
      ? html`${short}, in no link yet`
      : known.sha256 === digest
        ? html`${short}, as in ${chain(known.link, known.link.replace(/^chain\/|\.json$/g, ""))}`
        : html`${short} <span class="word bad">✕ not what ${chain(known.link, "the chain")} holds</span>`;
  const name = file.path.split(".").at(-1)?.toUpperCase() ?? "file";
  return { link: html`<a href="${way(from, `${evidenceFolder}/${file.path}`)}">${name}</a>`, digest: said };
}

/** A table of the site: a head, rows whose first cell names them, and a name for whoever hears it. */
export function tableOf(label: string, head: readonly string[], rows: readonly (readonly Part[])[]): Html {
  if (rows.length === 0) return html`<p class="muted">Nothing yet.</p>`;
  const line = ([first = "", ...rest]: readonly Part[]) =>
    html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>\n`;
  return html`<div class="table" role="region" aria-label="${label}" tabindex="0"><table>
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map(line)}</tbody></table></div>`;
}

const words = {
  proven: ["good", "✓ proven"],
  taken: ["good", "✓ taken"],
  succeeded: ["good", "✓ succeeded"],
  failed: ["bad", "✕ failed"],
  inconclusive: ["unknown", "? inconclusive"],
} as const;

/** A verdict or a status with its sign: never told by colour alone. */
export function word(verdict: string): Html {
  const known = Object.entries(words).find(([name]) => name === verdict);
  if (known === undefined) return html`<span class="word">${verdict}</span>`;
  const [, [grade, text]] = known;
  return html`<span class="word ${grade}">${text}</span>`;
}
