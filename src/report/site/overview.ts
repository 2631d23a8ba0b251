import { spellBytes, spellInstant, spellSeconds } from "../../base/spell.ts";
import { chartsOf } from "../charts/charts.ts";
import { newestEnd } from "../charts/series.ts";
import { type DatabaseState, gapLine, isSafe, stateOf } from "../index/state.ts";
import { figure, picture } from "./figure.ts";
import { type Html, html } from "./html.ts";
import { type Page, way } from "./layout.ts";
import { reportLink, resolverFor } from "./links.ts";
import { lineOfMarkdown } from "./markdown.ts";
import type { SiteParts } from "./parts.ts";
import { reportsTable } from "./reports.ts";

const grades = new Map([
  [true, ["good", "✓ Yes"]],
  [false, ["bad", "✕ No"]],
  [null, ["unknown", "? Not known"]],
] as const);

function gradeOf(safe: boolean | null): readonly [string, string] {
  return grades.get(safe) ?? ["unknown", "? Not known"];
}

/** Where every database of the plan stands, at the end of the newest run. */
function statesOf({ plan, reports }: SiteParts): DatabaseState[] {
  const names = Object.keys(plan.databases).sort();
  const asOf = new Date(newestEnd(reports.filter(({ database }) => names.includes(database))));
  return names.map((name) =>
    stateOf(
      name,
      plan,
      reports.filter(({ database }) => database === name),
      asOf,
    ),
  );
}

function answer(state: DatabaseState): Html {
  const [grade, says] = gradeOf(isSafe(state));
  const until =
    isSafe(state) === true && state.goodUntil !== null
      ? `, until ${spellInstant(state.goodUntil.toISOString())}; then another backup is due`
      : "";
  return html`<span class="word ${grade}">${says}</span>${until}`;
}

function gaps(from: string, state: DatabaseState, parts: SiteParts): Html {
  if (state.gaps.length === 0) return html`<p>No gap is known.</p>`;
  const lines = state.gaps.map((gap) => lineOfMarkdown(gapLine(gap).slice(2), resolverFor("README.md", from, parts)));
  return html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}

function facts(from: string, { backup, proof, drill }: DatabaseState, asOf: number): Html {
  const age = (iso: string) =>
    `${spellSeconds(Math.max(0, (asOf - Date.parse(iso)) / 1000))} before the newest run ended`;
  const taken = backup?.backup;
  return html`<dl>
<dt>Newest backup</dt><dd>${backup === null || taken == null ? "none" : [reportLink(from, backup, spellInstant(taken.taken_at)), `, ${age(taken.taken_at)}, ${spellBytes(taken.size_bytes)}`]}</dd>
<dt>Newest proof</dt><dd>${proof === null ? "none" : [reportLink(from, proof, `${proof.verdict}, ${spellInstant(proof.run.finished_at)}`)]}</dd>
<dt>Last drill</dt><dd>${drill === null ? "none" : reportLink(from, drill, `${drill.verdict}, ${spellInstant(drill.run.finished_at)}`)}</dd>
</dl>`;
}

/** The page of one database, relative to the site's root. */
const databasePage = (name: string): string => `databases/${name}.html`;

function card(from: string, state: DatabaseState, parts: SiteParts): Html {
  const of = parts.reports.filter(({ database }) => database === state.name);
  const calendar = chartsOf(state.name, of).find(({ name }) => name === "calendar");
  const page = way(from, databasePage(state.name));
  return html`<section class="card" aria-labelledby="db-${state.name}">
<h2 id="db-${state.name}"><a href="${page}">${state.name}</a></h2>
<p>${answer(state)}</p>
${facts(from, state, newestEnd(parts.reports))}
${gaps(from, state, parts)}
${calendar === undefined ? null : html`<figure>${picture(from, calendar, parts)}<figcaption><a href="${page}">All charts of ${state.name}, and the figures behind them</a></figcaption></figure>`}
</section>`;
}

/** The first page: are we safe? */
export function overviewPage(parts: SiteParts): Page {
  const path = "index.html";
  const states = statesOf(parts);
  const safe = states.map(isSafe);
  const together = safe.includes(false) ? false : safe.includes(null) ? null : true;
  const [grade, says] = gradeOf(together);
  const named = (wanted: boolean | null) =>
    states
      .filter((state) => isSafe(state) === wanted)
      .map(({ name }) => name)
      .join(", ");
  const why = new Map([
    [true, "every database has a young backup, and the newest proof brought one back whole"],
    [false, `not ${named(false)}${safe.includes(null) ? `; not known: ${named(null)}` : ""}`],
    [null, named(null)],
  ]).get(together);
  return {
    path,
    title: "Are we safe?",
    body: html`<h1>Are we safe?</h1>
<p class="answer ${grade}">${says}: ${why ?? ""}.</p>
${states.map((state) => card(path, state, parts))}`,
  };
}

/** Reports on a database's page, the newest; the page of all reports has the others. */
const mostReports = 30;

/** One database: its charts, and what ran last. */
export function databasePages(parts: SiteParts): Page[] {
  return statesOf(parts).map((state) => {
    const path = databasePage(state.name);
    const of = parts.reports.filter(({ database }) => database === state.name);
    return {
      path,
      title: state.name,
      body: html`<h1>${state.name}</h1>
<p>${answer(state)}</p>
${facts(path, state, newestEnd(parts.reports))}
${gaps(path, state, parts)}
<h2>Charts</h2>
<div class="charts">${chartsOf(state.name, of).map((chart) => figure(path, chart, parts))}</div>
<h2>Reports</h2>
${reportsTable(path, of.toSorted((a, b) => b.run.started_at.localeCompare(a.run.started_at)).slice(0, mostReports), parts, false)}
${of.length > mostReports ? html`<p><a href="${way(path, "reports.html")}">All ${of.length} reports of this database, and those of others</a></p>` : null}`,
    };
  });
}
