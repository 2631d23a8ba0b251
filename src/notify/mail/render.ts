import { escapeHtml } from "../text.ts";
import type { Message } from "../types.ts";

/* A message as the two bodies of a mail. It is read on a phone at three in the morning: the first line says it all. */

const why = "You get this because the backup plan of this database names your address.";

/** The body for programs that show no HTML, and for people who prefer it. */
export function mailText(message: Message): string {
  const width = Math.max(0, ...message.facts.map(({ name }) => name.length));
  const parts = [
    message.lead,
    ...(message.firstStep === null ? [] : [`What to do first: ${message.firstStep}`]),
    message.findings.map((line) => `- ${line}`).join("\n"),
    message.facts.map(({ name, value }) => `${`${name}:`.padEnd(width + 1)} ${value}`).join("\n"),
    message.links.map(({ text, url }) => `${text}: ${url}`).join("\n"),
    `-- \n${why}`,
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

const colours = { urgent: "#b3261e", normal: "#1b6e3c", quiet: "#5f6368" } as const;

const cell = "padding:4px 12px 4px 0;vertical-align:top;";

/**
 * The body as HTML: tables and inline styles are all that mail programs agree on, and both work on light and dark.
 *
 * @param chart the content id of a picture to show below the facts
 */
export function mailHtml(message: Message, chart: string | null): string {
  const facts = message.facts.map(
    ({ name, value }) =>
      `<tr><th scope="row" style="${cell}text-align:left;font-weight:600;white-space:nowrap">${escapeHtml(name)}</th><td style="${cell}">${escapeHtml(value)}</td></tr>`,
  );
  const findings = message.findings.map((line) => `<li style="margin:0 0 4px">${escapeHtml(line)}</li>`);
  const links = message.links.map(({ text, url }) => `<a href="${escapeHtml(url)}">${escapeHtml(text)}</a>`);
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">`,
    `<meta name="color-scheme" content="light dark"><title>${escapeHtml(message.subject)}</title></head>`,
    `<body style="margin:0;padding:16px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif">`,
    `<div style="max-width:640px;border-left:4px solid ${colours[message.urgency]};padding-left:16px">`,
    `<p style="margin:0 0 12px;font-size:18px;font-weight:600">${escapeHtml(message.lead)}</p>`,
    ...(message.firstStep === null
      ? []
      : [`<p style="margin:0 0 12px"><strong>What to do first:</strong> ${escapeHtml(message.firstStep)}</p>`]),
    ...(findings.length === 0 ? [] : [`<ul style="margin:0 0 12px;padding-left:20px">${findings.join("")}</ul>`]),
    ...(facts.length === 0
      ? []
      : [`<table style="border-collapse:collapse;margin:0 0 12px">${facts.join("")}</table>`]),
    ...(chart === null
      ? []
      : [
          `<p style="margin:0 0 12px"><img src="cid:${chart}" alt="Chart of the latest backups" style="max-width:100%"></p>`,
        ]),
    ...(links.length === 0 ? [] : [`<p style="margin:0 0 12px">${links.join(" &middot; ")}</p>`]),
    `<p style="margin:24px 0 0;font-size:13px;opacity:.7">${escapeHtml(why)}</p>`,
    `</div></body></html>`,
  ].join("\n");
}
