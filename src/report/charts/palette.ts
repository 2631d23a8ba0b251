/*
 * The colours of charts and of the site, by what they mean. Every one of a palette differs from all others of it, for
 * charts are drawn once and their colours are then exchanged.
 */

export interface Palette {
  readonly paper: string;
  /** Behind tables' heads and cards. */
  readonly shade: string;
  readonly ink: string;
  /** Ink of lesser weight: labels, captions. */
  readonly muted: string;
  readonly line: string;
  readonly link: string;
  /** Days on which a backup was taken, and its size. */
  readonly taken: string;
  readonly good: string;
  readonly unknown: string;
  readonly bad: string;
  readonly fetch: string;
  readonly prepare: string;
  readonly preData: string;
  readonly data: string;
  readonly postData: string;
}

export const light: Palette = {
  paper: "#ffffff",
  shade: "#f3f5f8",
  ink: "#1c2128",
  muted: "#57606b",
  line: "#cfd6dd",
  link: "#0a58b8",
  taken: "#3f6f9f",
  good: "#17753a",
  unknown: "#8a5a00",
  bad: "#c21f2b",
  fetch: "#1f4a85",
  prepare: "#4d8bd0",
  preData: "#7b3fa0",
  data: "#c2560b",
  postData: "#0e8478",
};

export const dark: Palette = {
  paper: "#0e1218",
  shade: "#1a202a",
  ink: "#eef2f6",
  muted: "#9aa5b1",
  line: "#3a434e",
  link: "#79b4ff",
  taken: "#6f9cc8",
  good: "#46b862",
  unknown: "#dca63a",
  bad: "#ff6b64",
  fetch: "#8ebcf5",
  prepare: "#4684cb",
  preData: "#c49ae2",
  data: "#f18c44",
  postData: "#4bc3b3",
};

/** WCAG's relative luminance of a colour `#rrggbb`. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** WCAG's contrast ratio of two colours, 1 to 21. Text wants 4.5, signs and lines that mean something want 3. */
export function contrast(one: string, other: string): number {
  const [darker = 0, brighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (brighter + 0.05) / (darker + 0.05);
}
