import { defineErrors, entry } from "../base/errors.ts";

export const fixtureErrors = defineErrors("fixture", {
  not_empty: entry({
    kind: "input",
    says: (p: { where: string; found: string }) =>
      `The database at ${p.where} is not empty, it already holds ${p.found}; a fixture never mixes with other data`,
    mend: () => "name a database that was just created from template0 on a throwaway server",
    example: { where: "localhost:5432/app", found: "schema app" },
  }),
  not_superuser: entry({
    kind: "input",
    says: (p: { where: string }) =>
      `The user at ${p.where} is no superuser, but a fixture makes roles and objects of many owners`,
    mend: () => "connect as the superuser of a throwaway server",
    example: { where: "localhost:5432/app" },
  }),
  file_failed: entry({
    kind: "surroundings",
    says: (p: { file: string; why: string }) => `The fixture's file ${p.file} could not be loaded: ${p.why}`,
    mend: () => "check that the server is PostgreSQL 15 or newer with the contrib extensions",
    example: { file: "sql/fixtures/inner-odyssey/11-auth.sql", why: "permission denied" },
  }),
});
