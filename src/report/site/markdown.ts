import { Marked, type Tokens } from "marked";
import { escapeHtml, Html } from "./html.ts";

/** Where a link of a markdown file leads on the site; null where it must not become a link. */
export type Resolve = (href: string) => string | null;

/** The name that GitHub gives a heading, for links within a page. */
function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s/g, "-");
}

/** The parts of a picture as our reports write them, with what follows from where its files lie on the site. */
const pictureParts: readonly (readonly [RegExp, (path: string, words: string) => string])[] = [
  [/^<picture>()()$/, () => "<picture>"],
  [/^<\/picture>()()$/, () => "</picture>"],
  [
    /^<source media="\(prefers-color-scheme: dark\)" srcset="([\w-][\w.-]*\.svg)">()$/,
    (path) => `<source media="(prefers-color-scheme: dark)" srcset="${path}">`,
  ],
  [
    /^<img src="([\w-][\w.-]*\.svg)" width="420" align="top" alt="([^"<>]*)">$/,
    (path, words) => `<img src="${path}" width="420" alt="${words}">`,
  ],
];

/** A part of a picture of our own that lies beside the page; null where the text is anything else. */
function pictureOf(text: string, resolve: Resolve): string | null {
  for (const [form, made] of pictureParts) {
    const [whole, file = "", words = ""] = form.exec(text.trim()) ?? [];
    if (whole === undefined) continue;
    const place = file === "" ? "" : resolve(file);
    // A picture that is not there leaves nothing: what it shows stands in the table as well.
    return place === null ? "" : made(escapeHtml(place), words);
  }
  return null;
}

function markedFor(resolve: Resolve): Marked {
  return new Marked({
    gfm: true,
    renderer: {
      // Of HTML our reports use line breaks alone; whatever else looks like it is shown and not obeyed.
      html: ({ text }) => (/^<br\s*\/?>$/.test(text.trim()) ? "<br>" : (pictureOf(text, resolve) ?? escapeHtml(text))),
      // A name in a table stays whole; a digest may break anywhere, or it would push everything else aside.
      codespan: ({ text }) => `<code${text.length > 26 ? ' class="long"' : ""}>${escapeHtml(text)}</code>`,
      image: ({ text }) => escapeHtml(text),
      link({ href, tokens }) {
        const words = this.parser.parseInline(tokens);
        const target = resolve(href);
        return target === null ? words : `<a href="${escapeHtml(target)}">${words}</a>`;
      },
      heading({ tokens, depth, text }) {
        return `<h${depth} id="${escapeHtml(slug(text))}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      table({ header, rows }) {
        const words = (cell: Tokens.TableCell) => this.parser.parseInline(cell.tokens);
        const head = header.map((cell) => `<th scope="col">${words(cell)}</th>`).join("");
        const line = ([first, ...rest]: Tokens.TableCell[]) =>
          `<tr>${first === undefined ? "" : `<th scope="row">${words(first)}</th>`}${rest.map((cell) => `<td>${words(cell)}</td>`).join("")}</tr>`;
        const label = escapeHtml(header.map(({ text }) => text).join(", "));
        return `<div class="table" role="region" aria-label="${label}" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${rows.map(line).join("\n")}</tbody></table></div>\n`;
      },
    },
  });
}

/** A report's page, or an incident's, as a piece of a page. Nothing in it can act: no HTML, no scripts, no foreign pictures. */
export function pageOfMarkdown(text: string, resolve: Resolve): Html {
  return new Html(markedFor(resolve).parse(text, { async: false }));
}

/** A sentence. */
export function lineOfMarkdown(text: string, resolve: Resolve): Html {
  return new Html(markedFor(resolve).parseInline(text, { async: false }));
}
