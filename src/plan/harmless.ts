/*
 * What of a plan may be repeated in a message. A plan is written by hand, and now and then somebody pastes a
 * connection string or a token where only the name of a variable is due: that must never reach a log.
 */

/** Forms of well-known secrets: connection strings, Slack, GitHub, Supabase, AWS, JSON web tokens, private keys. */
const secretForms: readonly RegExp[] = [
  /\bpostgres(ql)?:\/\//i,
  /:\/\/[^\s/@:]*:[^\s@]+@/,
  /\bhooks\.slack\.com\/services\//i,
  /\b(gh[pousr]_|github_pat_|sb[a-z]?_|xox[a-z]-|sk_|AKIA|eyJ)[A-Za-z0-9_-]{8,}/,
  /\b(password|passwd|pwd|token|secret|api_?key)\s*=/i,
  /-----BEGIN/,
];

/** Whether a text has the form of a secret. */
export function looksSecret(text: string): boolean {
  return secretForms.some((form) => form.test(text));
}

/** Long runs of letters mixed with digits are keys more often than words. */
const looksRandom = /(?=[A-Za-z0-9+/=_-]*\d)(?=[A-Za-z0-9+/=_-]*[A-Za-z])[A-Za-z0-9+/=_-]{20,}/;

const longestEcho = 60;

/** A value as it may be shown in a message, or null where it is safer not to show it. */
export function harmless(value: unknown): string | null {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string" || value.length > longestEcho) return null;
  if (looksSecret(value) || looksRandom.test(value) || /:\/\//.test(value)) return null;
  return JSON.stringify(value);
}

/** A path as people write it: `databases.shop.orphans[0].table`. A key that may be a secret is not shown. */
export function showPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else {
      const key = harmless(String(part)) === null ? "(a key that is not shown)" : String(part);
      text += text === "" ? key : `.${key}`;
    }
  }
  return text === "" ? "the plan" : text;
}
