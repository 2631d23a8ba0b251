import { entry } from "../base/errors.ts";

/** What can be wrong with the programs on this machine, and with throwaway servers: rows of this room's table. */
export const machineErrors = {
  client_missing: entry({
    kind: "surroundings",
    says: (p: { tool: string; major: number }) =>
      `PostgreSQL's \`${p.tool}\` was not found on this machine, and the server is version ${p.major}`,
    mend: (p) => installLine(p.major),
    example: { tool: "pg_dump", major: 17 },
  }),
  client_too_old: entry({
    kind: "surroundings",
    says: (p: { tool: string; major: number; found: string }) =>
      `PostgreSQL's \`${p.tool}\` is too old for a server of version ${p.major}: this machine has only ${p.found}`,
    mend: (p) => installLine(p.major),
    example: { tool: "pg_dump", major: 17, found: "15.18 in /usr/lib/postgresql/15/bin" },
  }),
  binaries_missing: entry({
    kind: "surroundings",
    says: (p: { tool: string }) => `PostgreSQL's \`${p.tool}\` was not found on this machine`,
    mend: () => "run scripts/setup.sh, or install the packages postgresql and postgresql-client",
    example: { tool: "initdb" },
  }),
  server_missing: entry({
    kind: "surroundings",
    says: (p: { major: number; found: string }) =>
      `A throwaway server needs PostgreSQL ${p.major} or newer, and this machine has ${p.found}`,
    mend: (p) =>
      `install the package postgresql-${p.major}, or set ITHACA_THROWAWAY_URL to an empty server of that version`,
    example: { major: 17, found: "only 15.18 in /usr/lib/postgresql/15/bin" },
  }),
  cluster_start: entry({
    kind: "surroundings",
    says: (p: { why: string }) => `The throwaway PostgreSQL server did not start: ${p.why}`,
    mend: () => "run `npm run ithaca -- doctor`, or set ITHACA_THROWAWAY_URL to an empty server",
    example: { why: "No space left on device" },
  }),
  throwaway_not_superuser: entry({
    kind: "surroundings",
    says: (p: { where: string; user: string }) =>
      `User ${p.user} of the throwaway server at ${p.where} is not a superuser`,
    mend: () => "put a superuser into ITHACA_THROWAWAY_URL (supabase_admin in the supabase/postgres image)",
    example: { where: "localhost:5432/postgres", user: "postgres" },
  }),
  throwaway_not_empty: entry({
    kind: "input",
    says: (p: { where: string; holds: readonly string[] }) =>
      `The server at ${p.where} is not a throwaway: it holds ${p.holds.slice(0, 5).join(", ")}`,
    mend: () => "point ITHACA_THROWAWAY_URL at a server of its own, such as a service container",
    example: { where: "localhost:5432/postgres", holds: ["database shop"] as readonly string[] },
  }),
  throwaway_failed: entry({
    kind: "surroundings",
    says: (p: { where: string; why: string }) => `No throwaway database could be created on ${p.where}: ${p.why}`,
    mend: () => "check the server's log and its free disk space",
    example: { where: "localhost:5432/postgres", why: "No space left on device" },
  }),
  throwaway_is_source: entry({
    kind: "input",
    says: (p: { where: string }) => `The server at ${p.where} is the very server that the backup comes from`,
    mend: () => "point ITHACA_THROWAWAY_URL at another server: nothing was changed on this one",
    example: { where: "localhost:5432/postgres" },
  }),
  throwaway_unproven: entry({
    kind: "surroundings",
    says: (p: { where: string; why: string }) => `It could not be shown that ${p.where} is not the source: ${p.why}`,
    mend: () => "make the source reachable, or let Ithaca create the throwaway database itself",
    example: { where: "localhost:5432/postgres", why: "it bears no marker of this run" },
  }),
};

function installLine(major: number): string {
  return (
    `install it (Debian and Ubuntu: \`sudo apt-get install -y postgresql-common && sudo ` +
    `/usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y && sudo apt-get install -y postgresql-client-${major}\`; ` +
    `macOS: \`brew install postgresql@${major}\`) and put its folder, such as /usr/lib/postgresql/${major}/bin, first on the PATH`
  );
}
