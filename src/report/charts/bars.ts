import { spellSeconds } from "../../base/spell.ts";
import { light } from "./palette.ts";
import { escaped, pictureWidth, recoloured } from "./svg.ts";
import { font } from "./theme.ts";

/*
 * The picture of one run: how long each phase took. A bar a phase is all there is to it, so it is written down here:
 * loading vega would make every run a second longer.
 */

/** One phase. */
export interface Bar {
  readonly name: string;
  readonly seconds: number;
  readonly colour: string;
  /** How long it took the time before; a line across the bar. */
  readonly before?: number | undefined;
}

export interface Bars {
  readonly title: string;
  readonly subtitle: string;
  readonly database: string;
  /** What the picture shows, for whoever does not see it. */
  readonly words: string;
  readonly bars: readonly Bar[];
  /** Room for the names, in pixels. */
  readonly names: number;
}

/** A picture for each shade. */
export interface Shades {
  readonly light: string;
  readonly dark: string;
}

const row = 22;
const top = 58;
/** Behind a bar stands its time. */
const roomForTime = 76;

/** Beyond this a picture is no picture; the table below it has all of them. */
const mostBars = 24;

const text = (x: number, y: number, words: string, colour: string, more = "") =>
  `<text x="${x}" y="${y}" fill="${colour}"${more}>${escaped(words)}</text>`;

/** Bars as SVG, light and dark. The same gives the same bytes. */
export function barsPicture({ title, subtitle, database, words, bars, names: from }: Bars): Shades {
  const shown = bars.slice(0, mostBars);
  const longest = Math.max(...shown.flatMap(({ seconds, before = 0 }) => [seconds, before]), 0.001);
  const longestBar = pictureWidth - from - roomForTime - 8;
  const height = top + shown.length * row + 10;
  const length = (seconds: number) => Math.max(1.5, Math.round((seconds / longest) * longestBar * 10) / 10);
  const rows = shown.map(({ name, seconds, colour, before }, index) => {
    const y = top + index * row;
    const width = length(seconds);
    const mark =
      before === undefined
        ? ""
        : `<rect x="${from + length(before) - 1}" y="${y - 2}" width="2" height="20" fill="${light.ink}"/>`;
    const end = Math.max(width, before === undefined ? 0 : length(before));
    return [
      text(from - 8, y + 12, name, light.ink, ' text-anchor="end"'),
      `<rect x="${from}" y="${y}" width="${width}" height="16" rx="2" fill="${colour}"/>`,
      mark,
      text(from + end + 6, y + 12, spellSeconds(seconds), light.muted),
    ].join("");
  });
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title" aria-describedby="desc" width="${pictureWidth}" height="${height}" viewBox="0 0 ${pictureWidth} ${height}" font-family="${font}" font-size="12">`,
    `<title id="title">${escaped(`${title}: ${database}`)}</title><desc id="desc">${escaped(words)}</desc>`,
    `<rect width="${pictureWidth}" height="${height}" fill="${light.paper}"/>`,
    text(8, 22, title, light.ink, ' font-size="15" font-weight="600"'),
    text(8, 42, subtitle, light.muted),
    ...rows,
    "</svg>\n",
  ].join("");
  return { light: svg, dark: recoloured(svg) };
}
