/*
 * The runbook belongs to people. Between a pair of markers stands what a drill has measured; everything else of the file
 * stays as it is, byte by byte.
 */

const end = "<!-- /measured -->";
const begin = (name: string) => `<!-- measured:${name} -->`;

/**
 * Puts what was measured between the markers of a section, wherever it has them. Null where a marker has no end: what
 * follows it is people's text, and nobody can tell where it begins.
 *
 * @param content without the markers; it may not hold one
 */
export function withMeasured(text: string, name: string, content: string): string | null {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const body = content.trim().replaceAll(/\r?\n/g, newline);
  let rest = text;
  let written = "";
  for (;;) {
    const from = rest.indexOf(begin(name));
    if (from < 0) return written + rest;
    const inside = from + begin(name).length;
    const to = rest.indexOf(end, inside);
    const next = rest.indexOf("<!-- measured:", inside);
    if (to < 0 || (next >= 0 && next < to)) return null;
    written += `${rest.slice(0, inside)}${newline}${body}${newline}${end}`;
    rest = rest.slice(to + end.length);
  }
}
