import { defineErrors, entry } from "../base/errors.ts";
import { machineErrors } from "./machine-errors.ts";

const where = "db.example.org:5432/app";

/** What can be wrong with a server, a connection string, or the programs on this machine. */
export const postgresErrors = defineErrors("postgres", {
  bad_url: entry({
    kind: "input",
    says: (p: { name: string; why: string }) => `${p.name} is not a usable connection string: ${p.why}`,
    mend: () => "write it as postgres://user:password@host:5432/database",
    example: { name: "ITHACA_DATABASE_URL", why: "it has no host" },
  }),
  bad_name: entry({
    kind: "input",
    says: (p: { name: string }) => `${p.name} does not name a schema and an object in it`,
    mend: () => 'write it as in SQL, such as public.profiles or public."Order Items"',
    example: { name: "profiles" },
  }),
  transaction_pooler: entry({
    kind: "input",
    says: (p: { where: string; why: string }) =>
      `The server at ${p.where} is a pooler in transaction mode, which cannot hold a snapshot: ${p.why}`,
    mend: () => "use the session pooler (Supabase: the same host with port 5432) or the server itself",
    example: { where: "aws-0-eu-central-1.pooler.supabase.com:6543/postgres", why: "port 6543 is its mark" },
  }),
  unknown_host: entry({
    kind: "surroundings",
    says: (p: { where: string; host: string }) =>
      `The server at ${p.where} could not be found: no address is known for ${p.host}`,
    mend: () => "check the host's spelling, and that this machine has a working DNS",
    example: { where, host: "db.example.org" },
  }),
  unreachable: entry({
    kind: "surroundings",
    says: (p: { where: string; why: string }) => `The server at ${p.where} could not be reached: ${p.why}`,
    mend: () => "check host, port and network, and whether the server is up",
    example: { where, why: "nothing listens on that port (ECONNREFUSED)" },
  }),
  no_route: entry({
    kind: "surroundings",
    says: (p: { where: string; why: string }) => `There is no way from here to the server at ${p.where}: ${p.why}`,
    mend: () => "where the host has an IPv6 address only, as Supabase's direct one, use its session pooler instead",
    example: { where, why: "ENETUNREACH" },
  }),
  ipv6_only: entry({
    kind: "surroundings",
    says: (p: { where: string; host: string }) =>
      `The server at ${p.where} cannot be reached from here: ${p.host} has IPv6 addresses only, and this machine has none`,
    mend: () =>
      "use a host with IPv4; on Supabase that is the session pooler, and `npm run ithaca -- connection` tells its address",
    example: {
      where: "db.abcdefghijklmnopqrst.supabase.co:5432/postgres",
      host: "db.abcdefghijklmnopqrst.supabase.co",
    },
  }),
  timeout: entry({
    kind: "surroundings",
    says: (p: { where: string; seconds: number }) => `The server at ${p.where} did not answer within ${p.seconds} s`,
    mend: () => "check host and port, and whether a firewall drops the packets",
    example: { where, seconds: 15 },
  }),
  refused: entry({
    kind: "surroundings",
    says: (p: { where: string; why: string }) => `The server at ${p.where} refused the connection: ${p.why}`,
    mend: () => "check user, password and database name in the connection string",
    example: { where, why: 'role "app" is not permitted to log in' },
  }),
  wrong_password: entry({
    kind: "surroundings",
    says: (p: { where: string; user: string }) => `The server at ${p.where} refused the password of user ${p.user}`,
    mend: () => "set the current password in the connection string, special characters percent-encoded",
    example: { where, user: "backup" },
  }),
  unknown_database: entry({
    kind: "surroundings",
    says: (p: { where: string; database: string }) => `The server at ${p.where} has no database ${p.database}`,
    mend: () => "check the database name at the end of the connection string",
    example: { where, database: "app" },
  }),
  too_many_connections: entry({
    kind: "surroundings",
    says: (p: { where: string; why: string }) => `The server at ${p.where} has no connection left: ${p.why}`,
    mend: () => "lower `backup.connections` in the plan, or run when the application is less busy",
    example: { where, why: "sorry, too many clients already" },
  }),
  not_ready: entry({
    kind: "surroundings",
    says: (p: { where: string; why: string }) => `The server at ${p.where} takes no connections yet: ${p.why}`,
    mend: () => "run it again when the server is up",
    example: { where, why: "the database system is starting up" },
  }),
  tls_unavailable: entry({
    kind: "surroundings",
    says: (p: { where: string; sslmode: string }) =>
      `The server at ${p.where} does not speak TLS, but the connection string demands it (sslmode=${p.sslmode})`,
    mend: () => "turn TLS on at the server, or use sslmode=disable where the network is trusted",
    example: { where, sslmode: "require" },
  }),
  tls_required: entry({
    kind: "surroundings",
    says: (p: { where: string; why: string }) => `The server at ${p.where} does not let this connection in: ${p.why}`,
    mend: () => "use sslmode=require or verify-full, and check that pg_hba.conf admits this user, database and address",
    example: { where, why: 'no pg_hba.conf entry for host "10.0.0.1", user "app", database "app", no encryption' },
  }),
  tls_untrusted: entry({
    kind: "surroundings",
    says: (p: { where: string; why: string }) =>
      `The server at ${p.where} could not prove that it is the right one: ${p.why}`,
    mend: () =>
      "name the authority that signed its certificate (sslrootcert=/path/to/ca.crt) and the host that it is made out to",
    example: { where, why: "its certificate is self-signed" },
  }),
  root_certificate: entry({
    kind: "surroundings",
    says: (p: { path: string; why: string }) => `The root certificate ${p.path} could not be read: ${p.why}`,
    mend: () => "correct sslrootcert in the connection string",
    example: { path: "/etc/ssl/supabase.crt", why: "ENOENT" },
  }),
  unwritable_password: entry({
    kind: "input",
    says: (p: { where: string }) => `The password for ${p.where} has a line break, which no password file can hold`,
    mend: () => "give the role another password",
    example: { where },
  }),
  connection_lost: entry({
    kind: "surroundings",
    says: (p: { where: string; why: string }) => `The connection to ${p.where} was lost during the work: ${p.why}`,
    mend: () => "check the network and the server's log, and run it again",
    example: { where, why: "terminating connection due to administrator command" },
  }),
  role_filtered: entry({
    kind: "surroundings",
    says: (p: { user: string; database: string }) =>
      `Role ${p.user} would see ${p.database} through row level security, so its backup would miss rows`,
    mend: (p) => `run \`ALTER ROLE "${p.user}" BYPASSRLS\` as a superuser (Supabase: use the role postgres)`,
    example: { user: "backup", database: "app" },
  }),
  ...machineErrors,
});
