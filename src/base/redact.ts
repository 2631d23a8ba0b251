/**
 * Secrets that must never be seen. Whoever reads a secret registers it here; whatever is printed, logged or
 * written into a report passes through `redact`.
 */
const secrets = new Set<string>();

/** Shorter values would blank out ordinary words. */
const shortestSecret = 6;

/** Registers a secret in the forms in which it may surface: as it is, and URL-encoded. */
export function registerSecret(value: string | undefined): void {
  if (value === undefined || value.length < shortestSecret) return;
  secrets.add(value);
  secrets.add(encodeURIComponent(value));
}

/** Forgets them all, in a process that goes on to work for somebody else, as a worker of the tests does. */
export function forgetSecrets(): void {
  secrets.clear();
}

/** A placeholder that people are to replace is no password. */
const passwordInUrl = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)(?!\[YOUR-PASSWORD\]@)[^\s@/]+(@)/gi;

/** Replaces every registered secret, and any password inside a URL, by `***`. */
export function redact(text: string): string {
  let clean = text.replace(passwordInUrl, "$1***$2");
  for (const secret of secrets) clean = clean.replaceAll(secret, "***");
  return clean;
}
