/** How Supabase creates a project's database. */
export const projectLocale = {
  encoding: "UTF8",
  collate: "C.UTF-8",
  ctype: "C.UTF-8",
  localeProvider: "libc",
  icuLocale: null,
} as const;

/** What stands in for production where it is made up: such a database, but for its name. */
export const productionLike = { name: "inner_odyssey", ...projectLocale } as const;
