import { Html, html, type Part } from "./html.ts";

/** One page of the site. */
export interface Page {
  /** Relative to the site's root: `reports/2026/11/22-weekly-8812-1.html`. */
  readonly path: string;
  readonly title: string;
  readonly body: Part;
}

/** The way from a page to another file of the site; both relative to its root. The site may stand in any folder. */
export function way(from: string, to: string): string {
  return `${"../".repeat(from.split("/").length - 1)}${to}`;
}

const sections = [
  ["index.html", "Are we safe?"],
  ["reports.html", "Reports"],
  ["incidents.html", "Incidents"],
  ["audit.html", "Audit log"],
  ["evidence.html", "Evidence"],
] as const;

/** No script, no frame, no form, nothing from elsewhere: what a report says cannot act. */
const policy = "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'";

/** A page as a document. */
export function documentOf({ path, title, body }: Page, asOf: string): string {
  const entry = ([to, words]: (typeof sections)[number]) =>
    to === path
      ? html`<li><a href="${way(path, to)}" aria-current="page">${words}</a></li>`
      : html`<li><a href="${way(path, to)}">${words}</a></li>`;
  const whole = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${title} · Ithaca</title>
<link rel="icon" href="${way(path, "icon.svg")}">
<link rel="stylesheet" href="${way(path, "style.css")}">
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<a class="home" href="${way(path, "index.html")}">Ithaca</a>
<nav aria-label="Site"><ul>${sections.map(entry)}</ul></nav>
</header>
<main id="main" tabindex="-1">
${body}
</main>
<footer><p>${asOf} Every figure leads to a report, every report to its file and to the link of the chain that holds its digest.</p></footer>
</body>
</html>
`;
  return whole.markup;
}
