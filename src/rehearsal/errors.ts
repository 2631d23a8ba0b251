import { defineErrors, entry } from "../base/errors.ts";

/** What can be wrong around a rehearsal; that a test fails is a result and no error. */
export const rehearsalErrors = defineErrors("rehearsal", {
  not_planned: entry({
    kind: "input",
    says: (p: { database: string }) =>
      `--e2e asks for the app's tests on the copy, and the plan names none for ${p.database}`,
    mend: (p) => `set databases.${p.database}.rehearsal.suite or .command in the plan`,
    example: { database: "shop" },
  }),
  suite_missing: entry({
    kind: "input",
    says: (p: { folder: string; file: string }) => `The plan's rehearsal.suite is ${p.folder}, which has no ${p.file}`,
    mend: () => "name a folder with vitest.config.ts and users.sql, as e2e/ is",
    example: { folder: "e2e", file: "users.sql" },
  }),
  users_query: entry({
    // Not the plan's fault alone: on a copy that lacks a table the query fails, too.
    kind: "failed",
    says: (p: { folder: string; why: string }) =>
      `users.sql in ${p.folder} does not say whom the suite signs in as: ${p.why}`,
    mend: () =>
      "let it be one query that returns the columns name and id, the id of a row of auth.users with a mail address",
    example: { folder: "e2e", why: "SQLSTATE 42P01" },
  }),
  directory_missing: entry({
    kind: "surroundings",
    says: (p: { directory: string; why: string }) =>
      `The plan's rehearsal.directory ${p.directory} cannot be copied for the command: ${p.why}`,
    mend: () => "name the folder that the command runs in, relative to the plan",
    example: { directory: "app", why: "ENOENT" },
  }),
});
