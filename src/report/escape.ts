/*
 * Texts from a database, an archive or a tool inside markdown. Names in a restored database may be chosen by an
 * attacker: they must neither break a table, nor become a link or a mention, nor forge the hidden markers
 * (`<!-- key -->`) by which issues are found again.
 */

/** Control and invisible characters, bidirectional overrides and line breaks among them; lone surrogates too. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A character that a page might act upon, made visible: `\u{202e}`. */
function visible(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** Cuts at a whole character and says so. */
function shorten(text: string, longest: number): string {
  const characters = [...text];
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join("")}…`;
}

/**
 * A name or a message as a code span that is safe anywhere, also in a table's cell.
 *
 * @param longest characters that are shown at most
 */
export function code(text: string, longest = 160): string {
  const clean = shorten(text, longest)
    .replaceAll(unseen, visible)
    .replaceAll("<!--", `${visible("<")}!--`)
    // A table takes `\|` for a pipe; behind a backslash of the name's own it would end the cell.
    .replaceAll(/\\\|/g, `\\${visible("|")}`)
    .replaceAll("|", "\\|");
  if (clean.trim() === "") return clean === "" ? "–" : `\`${"␠".repeat(clean.length)}\``;
  const longestRun = Math.max(0, ...[...clean.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longestRun + 1);
  const pad = longestRun > 0 || /^ | $/.test(clean) ? " " : "";
  return `${fence}${pad}${clean}${pad}${fence}`;
}

/**
 * A text for places that know no markup: one line, cut to a length, with nothing in it that is not seen.
 *
 * @param longest characters that are shown at most
 */
export function plain(text: string, longest = 500): string {
  return shorten(text.replaceAll(/\s+/g, " ").trim(), longest).replaceAll(unseen, visible);
}

/** A zero-width space: what it splits is no longer a link or a mention, and looks the same. */
const split = "\u200b";

/**
 * A sentence as plain text: nothing in it acts as markdown or HTML, mentions anybody or becomes a link.
 *
 * @param longest characters that are shown at most
 */
export function prose(text: string, longest = 500): string {
  return plain(text, longest)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/[\\`*[\]|~>]/g, "\\$&")
    .replaceAll(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, "\\_")
    .replaceAll(/(^|[^A-Za-z0-9])@(?=[A-Za-z0-9])/g, `$1@${split}`)
    .replaceAll(/#(?=\d)/g, `#${split}`)
    .replaceAll("://", `:${split}//`)
    .replaceAll(/\bwww\./gi, `www${split}.`)
    .replace(/^([#+=-]+)(?=\s|$)/, "\\$1")
    .replace(/^(\d+)([.)])(?=\s|$)/, "$1\\$2");
}

/** A cell that is never empty, for an empty one looks like a mistake. */
export function cell(text: string, longest = 300): string {
  return text === "" ? "–" : prose(text, longest);
}

/** A table, or nothing where it has no rows. Cells must be escaped already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""];
}
