import { escaped, pictureWidth } from "./charts/svg.ts";

export interface Picture {
  /** Paths from the page. */
  readonly light: string;
  readonly dark: string;
  /** What it shows, for whoever does not see it. */
  readonly words: string;
}

/** A picture that follows the reader's choice of light and dark, as GitHub shows it in markdown. */
export function picture({ light, dark, words }: Picture): string {
  const dim = `<source media="(prefers-color-scheme: dark)" srcset="${escaped(dark)}">`;
  return `<picture>${dim}<img src="${escaped(light)}" width="${pictureWidth}" align="top" alt="${escaped(words)}"></picture>`;
}

/** Where the pictures of a report stand: beside its markdown, under the same name. */
export function pictureFiles(markdown: string): { readonly light: string; readonly dark: string } {
  const stem = markdown.replace(/\.md$/, "");
  return { light: `${stem}.svg`, dark: `${stem}.dark.svg` };
}

/** A page without its pictures, for places to which they do not come along: a step's summary, an issue. */
export function withoutPictures(markdown: string): string {
  return markdown.replaceAll(/^<picture>.*<\/picture>\n\n?/gm, "");
}
