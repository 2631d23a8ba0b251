import { chartPath, chartsOf } from "../charts/charts.ts";
import type { Chart } from "../charts/types.ts";
import type { AnyReport } from "../model.ts";

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** A picture that follows the reader's choice of light and dark; GitHub knows this form. */
function picture(chart: Chart): string {
  const words = chart.description.replaceAll(/[&<>"]/g, (character) => entities[character] ?? "");
  const dim = `<source media="(prefers-color-scheme: dark)" srcset="${chartPath(chart, "dark")}">`;
  return `<picture>${dim}<img src="${chartPath(chart, "light")}" width="420" align="top" alt="${words}"></picture>`;
}

/**
 * The charts of a database, side by side where there is room; nothing where none was drawn.
 *
 * @param reports of this database
 * @param drawn paths of the charts that stand in the folder
 */
export function pictures(database: string, reports: readonly AnyReport[], drawn: readonly string[]): string[] {
  const there = chartsOf(database, reports).filter((chart) => drawn.includes(chartPath(chart, "light")));
  return there.length === 0 ? [] : [there.map(picture).join("\n"), ""];
}
