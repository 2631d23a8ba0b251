import { chartPath, chartsOf } from "../charts/charts.ts";
import type { AnyReport } from "../model.ts";
import { picture } from "../picture.ts";

/**
 * The charts of a database, side by side where there is room; nothing where none was drawn.
 *
 * @param reports of this database
 * @param drawn paths of the charts that stand in the folder
 */
export function pictures(database: string, reports: readonly AnyReport[], drawn: readonly string[]): string[] {
  const there = chartsOf(database, reports).filter((chart) => drawn.includes(chartPath(chart, "light")));
  return there.length === 0
    ? []
    : [
        there
          .map((chart) =>
            picture({ light: chartPath(chart, "light"), dark: chartPath(chart, "dark"), words: chart.description }),
          )
          .join("\n"),
        "",
      ];
}
