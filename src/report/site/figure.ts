import { chartPath } from "../charts/charts.ts";
import type { Chart, ChartRow } from "../charts/types.ts";
import { evidenceOf, tableOf } from "./evidence.ts";
import { type Html, html, type Part } from "./html.ts";
import { way } from "./layout.ts";
import { reportPage, type SiteParts, stemOf } from "./parts.ts";

/** The picture of a chart, light and dark; its description is its text. */
export function picture(from: string, chart: Chart, { charts }: SiteParts): Html {
  const path = chartPath(chart, "light");
  const [, height = "285"] = / height="(\d+)"/.exec(Buffer.from(charts.get(path)?.bytes ?? []).toString("utf8")) ?? [];
  return html`<picture><source media="(prefers-color-scheme: dark)" srcset="${way(from, chartPath(chart, "dark"))}"><img src="${way(from, path)}" width="420" height="${height}" alt="${chart.description}"></picture>`;
}

/** Most runs of a row that are linked one by one. */
const mostSources = 6;

function sources(from: string, row: ChartRow, parts: SiteParts): { readonly reports: Part; readonly digests: Part } {
  const stems = row.sources.slice(0, mostSources).flatMap((path) => stemOf(path) ?? []);
  const json = stems.map((stem) => evidenceOf(from, parts.files.get(`${stem}.json`), parts.recorded));
  const apart = (items: readonly Part[]) => items.map((item, index) => (index === 0 ? item : [html`<br>`, item]));
  return {
    reports: apart(
      stems.map((stem, index) => [
        html`<a href="${way(from, reportPage(stem))}">${/\/\d\d-([a-z-]+)-/.exec(stem)?.[1] ?? "report"}</a> `,
        json[index]?.link ?? "",
      ]),
    ),
    digests: apart(json.map(({ digest }) => digest)),
  };
}

/** A chart with its figures as a table below it, each with the report that it is from and that one's digest. */
export function figure(from: string, chart: Chart, parts: SiteParts): Html {
  const rows = chart.table.rows.map((row) => {
    const { reports, digests } = sources(from, row, parts);
    return [...row.cells, reports, digests];
  });
  return html`<figure>
${picture(from, chart, parts)}
<figcaption>${chart.description}</figcaption>
<details><summary>${chart.title}: the figures and their evidence</summary>
${tableOf(`${chart.title}, ${chart.database}`, [...chart.table.head, "Evidence", "SHA-256, and where the chain holds it"], rows)}
</details>
</figure>`;
}
