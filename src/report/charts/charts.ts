import type { AnyReport } from "../model.ts";
import { calendarChart } from "./calendar.ts";
import { objectivesChart } from "./objectives.ts";
import { restoreTimeChart } from "./restore-time.ts";
import { sizeChart } from "./size.ts";
import { type Chart, chartNames } from "./types.ts";

const makers = [calendarChart, objectivesChart, restoreTimeChart, sizeChart];

/**
 * The charts of one database, not drawn yet; those for which there is nothing to show are left out. Pure: equal reports
 * give equal charts, whenever and wherever.
 *
 * @param reports of this database, in any order
 */
export function chartsOf(database: string, reports: readonly AnyReport[]): Chart[] {
  return makers.map((make) => make(database, reports)).filter((chart) => chart !== null);
}

/** Where a chart stands, relative to the reports' folder. */
export function chartPath({ database, name }: Pick<Chart, "database" | "name">, shade: "light" | "dark"): string {
  return `charts/${database}/${name}${shade === "dark" ? "-dark" : ""}.svg`;
}

/** Where all charts of a database stand, those that have nothing to show yet among them. */
export function chartPaths(database: string): string[] {
  return chartNames.flatMap((name) => [chartPath({ database, name }, "light"), chartPath({ database, name }, "dark")]);
}
