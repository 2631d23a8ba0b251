import { styleText } from "node:util";
import type { ConnectionOutcome } from "../../src/operations/connection.ts";

/** The connection string with a placeholder, and what is to be known about it. */
export function connectionText(outcome: ConnectionOutcome): string {
  const { certificate, current, tried, url, url_secret, notes } = outcome;
  return [
    "",
    `${styleText("bold", url_secret)} of ${outcome.database}:`,
    `  ${url}`,
    ...(certificate === null
      ? []
      : [
          `  Root certificate: ${certificate.subject}, until ${certificate.validUntil.slice(0, 10)}`,
          `  SHA-256 ${certificate.fingerprint}`,
        ]),
    ...(current === null ? [] : [`  ${styleText("red", "What is set now cannot be used")}: ${current}`]),
    ...(tried === null ? [] : [`  ${styleText(tried.ok ? "green" : "red", tried.ok ? "✓" : "✗")} ${tried.says}`]),
    ...notes.map((note) => `  ${note}`),
  ].join("\n");
}
