import { defineErrors, entry } from "../base/errors.ts";

export const postgresErrors = defineErrors("postgres", {
  bad_url: entry({
    kind: "input",
    says: (p: { name: string; why: string }) => `${p.name} is not a usable connection string: ${p.why}`,
    mend: () => "write it as postgres://user:password@host:5432/database",
    example: { name: "ITHACA_DATABASE_URL", why: "it has no host" },
  }),
  unreachable: entry({
    kind: "surroundings",
    says: (p: { where: string; why: string }) => `The server at ${p.where} could not be reached: ${p.why}`,
    mend: () => "check host, port and network, and whether the server is up",
    example: { where: "db.example.org:5432/app", why: "connection refused" },
  }),
  refused: entry({
    kind: "surroundings",
    says: (p: { where: string; why: string }) => `The server at ${p.where} refused the connection: ${p.why}`,
    mend: () => "check user, password and database name in the connection string",
    example: { where: "db.example.org:5432/app", why: "password authentication failed" },
  }),
  cluster_start: entry({
    kind: "surroundings",
    says: (p: { why: string }) => `The throwaway PostgreSQL server did not start: ${p.why}`,
    mend: () => "run `npm run ithaca -- doctor`, or set ITHACA_THROWAWAY_URL to an empty server",
    example: { why: "No space left on device" },
  }),
  binaries_missing: entry({
    kind: "surroundings",
    says: (p: { tool: string }) => `PostgreSQL's \`${p.tool}\` was not found on this machine`,
    mend: () => "run scripts/setup.sh, or install the packages postgresql and postgresql-client",
    example: { tool: "initdb" },
  }),
});
