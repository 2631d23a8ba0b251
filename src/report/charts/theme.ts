import { dayLength } from "../../base/calendar.ts";
import { light } from "./palette.ts";
import type { Spec } from "./types.ts";

/**
 * The width of a chart's plotting area in pixels. With its axis it is as wide as a phone, so that letters stay letters
 * there; a page that is wider puts charts side by side.
 */
export const plotWidth = 330;

/** Every machine has some of these; none is fetched from anywhere. */
export const font = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

/** How all charts look. */
export const config: Spec = {
  font,
  // The picture has a title and a description as a whole; its shapes one by one would only be noise.
  aria: false,
  background: light.paper,
  padding: { left: 8, top: 8, right: 12, bottom: 8 },
  view: { stroke: null },
  title: {
    anchor: "start",
    frame: "bounds",
    color: light.ink,
    fontSize: 15,
    fontWeight: 600,
    subtitleColor: light.muted,
    subtitleFontSize: 12,
    subtitlePadding: 4,
    offset: 10,
  },
  axis: {
    labelColor: light.muted,
    titleColor: light.muted,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: "normal",
    gridColor: light.line,
    domainColor: light.line,
    tickColor: light.line,
    labelPadding: 4,
  },
  axisX: { grid: false },
  axisY: { domain: false, ticks: false },
  legend: {
    orient: "bottom",
    labelColor: light.ink,
    labelFontSize: 12,
    title: null,
    symbolSize: 110,
    columnPadding: 12,
    labelLimit: 200,
    offset: 8,
  },
};

/** The time axis of a window; UTC, wherever it is drawn. Its labels are days, so none stands there twice. */
export const timeAxis: Spec = {
  type: "temporal",
  scale: { type: "utc" },
  axis: { title: null, format: "%-d %b", tickCount: 5, tickMinStep: dayLength, labelFlush: true },
};

/** Letters of a subtitle that fit beside each other. */
const subtitleWidth = 64;

/** A chart's database and what else its subtitle says: in two lines where the name is long, for a picture wraps nothing. */
export function subtitleOf(database: string, rest: string): string | readonly string[] {
  const line = `${database}, ${rest}`;
  return line.length > subtitleWidth ? [`${database},`, rest] : line;
}
