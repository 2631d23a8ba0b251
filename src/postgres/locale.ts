import { quoteIdentifier, quoteLiteral } from "./quote.ts";

/** How a database sorts and encodes text. What is missing is the server's default. */
export interface DatabaseLocale {
  readonly encoding?: string;
  readonly collate?: string;
  readonly ctype?: string;
  /** `libc`, `icu` or `builtin`. */
  readonly localeProvider?: string;
  /** The ICU or builtin provider's locale. */
  readonly icuLocale?: string | null;
}

/** A statement that creates a database, and what it gives up against the source; null where nothing. */
export interface CreationAttempt {
  readonly sql: string;
  readonly givesUp: string | null;
}

/**
 * Statements that create an empty database, the most faithful first. Locales are the operating system's, so a server
 * may lack the source's; then text still compares and hashes alike, byte by byte, but sorts otherwise.
 */
export function creationAttempts(name: string, locale: DatabaseLocale, major: number): CreationAttempt[] {
  const create = (clauses: readonly string[]) =>
    [`CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE template0`, ...clauses].join(" ");
  const { encoding, collate, ctype, localeProvider = "libc", icuLocale = null } = locale;
  const encoded = encoding === undefined ? [] : [`ENCODING ${quoteLiteral(encoding)}`];
  const libc = (lcCollate: string, lcCtype: string) =>
    create([
      ...encoded,
      "LOCALE_PROVIDER libc",
      `LC_COLLATE ${quoteLiteral(lcCollate)}`,
      `LC_CTYPE ${quoteLiteral(lcCtype)}`,
    ]);
  if (collate === undefined || ctype === undefined) return [{ sql: create(encoded), givesUp: null }];

  const source = `${localeProvider} ${icuLocale ?? collate}`;
  const instead = (with_: string) => `the source's locale (${source}) is not on this server, so the copy has ${with_}`;
  const fallbacks: CreationAttempt[] = [
    { sql: libc("C.UTF-8", "C.UTF-8"), givesUp: instead("C.UTF-8, and text sorts by code point") },
    { sql: libc("C", "C"), givesUp: instead("C, and text sorts by its bytes") },
  ];
  const exact = { sql: libc(collate, ctype), givesUp: null };
  if (localeProvider === "libc" || icuLocale === null) return [exact, ...fallbacks];

  const clause = localeProvider === "builtin" ? "BUILTIN_LOCALE" : "ICU_LOCALE";
  const knowsProvider = localeProvider === "icu" || major >= 17;
  const provided = (categories: readonly [string, string]) =>
    create([
      ...encoded,
      `LOCALE_PROVIDER ${localeProvider}`,
      `${clause} ${quoteLiteral(icuLocale)}`,
      `LC_COLLATE ${quoteLiteral(categories[0])}`,
      `LC_CTYPE ${quoteLiteral(categories[1])}`,
    ]);
  return [
    ...(knowsProvider
      ? [
          { sql: provided([collate, ctype]), givesUp: null },
          {
            sql: provided(["C", "C"]),
            givesUp: `libc's categories of the source (${collate}) are not on this server, so the copy has C for them`,
          },
        ]
      : []),
    { sql: libc(collate, ctype), givesUp: instead(`libc's ${collate}, and some text may sort otherwise`) },
    ...fallbacks,
  ];
}

/**
 * Whether a failed attempt says that this server does not know such a locale, provider or encoding, so that the next
 * attempt is worth while. Rights (42501), a name that is taken (42P04) and a full disk are not changed by another locale.
 */
export function lacksLocale(sqlstate: string): boolean {
  return /^(22|42|0A)/.test(sqlstate) && sqlstate !== "42501" && sqlstate !== "42P04";
}
