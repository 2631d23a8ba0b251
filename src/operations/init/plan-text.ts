import { parse } from "yaml";
import {
  criticalTables,
  type FoundDatabase,
  type FoundReference,
  freshnessProbes,
  planName,
  protectedTables,
  smokeTable,
} from "./guess.ts";

/** A name as YAML reads it, on one line and also between braces: any JSON text is YAML. A plain `null` would be none. */
const yaml = (name: string) => (/^[a-z0-9_.]+$/.test(name) && parse(name) === name ? name : JSON.stringify(name));

/** A reason as a comment may hold it: names of columns may have line ends. */
const comment = (why: string) => `# ${why.replaceAll(/\s+/g, " ")}`;

/** A database's name as a plan takes it: lower case, digits, dashes. */
export function databaseKey(name: string): string {
  const key = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .replace(/-+$/, "")
    .slice(0, 40);
  return key === "" ? "database" : key;
}

/**
 * A section of the database's part: a comment, a key and its lines. Where nothing was found, a comment says that it was
 * looked for, so that whoever reads the plan knows what no proof will ask.
 */
function section(above: readonly string[], key: string, lines: readonly string[], otherwise: string): string[] {
  if (lines.length === 0) return ["", `    # ${key}: ${otherwise}`];
  return ["", ...above.map((line) => `    # ${line}`), `    ${key}:`, ...lines.map((line) => `      ${line}`)];
}

/** One entry of `orphans`. */
function orphanOf({ schema, name, column, to_schema, to_name, to_key }: FoundReference): string {
  const key = to_key === "id" ? "" : `, key: ${yaml(to_key)}`;
  return `{ table: ${yaml(planName({ schema, name }))}, column: ${yaml(column)}, references: ${yaml(planName({ schema: to_schema, name: to_name }))}${key} }`;
}

/**
 * Writes a plan from what was found in a database, with a comment that explains each guess. Whoever reads it decides; what
 * was not guessed has its default.
 *
 * @param urlSecret the environment variable that the connection string was read from
 */
export function planText(found: FoundDatabase, urlSecret: string): string {
  const smoke = smokeTable(found.tables);
  const freshness = freshnessProbes(found.pulses);
  const kept = found.references.filter(({ dangles }) => dangles !== true);
  const dangling = found.references.filter(({ dangles }) => dangles === true);
  const database = [
    `  ${databaseKey(found.database)}:`,
    `    url_secret: ${urlSecret}`,
    `    platform: ${found.supabase ? "supabase" : "postgres"}${found.supabase ? " # write lovable instead if the project has no Supabase dashboard" : ""}`,
    ...section(
      ["A guess at the tables without which there is no application. Each must be in every backup; strike out or add."],
      "critical_tables",
      criticalTables(found.tables).map(({ value, why }) => `- ${yaml(value)} ${comment(why)}`),
      "no table was found that may be read.",
    ),
    ...section(
      ["Row level security is on here today, and must be after a restore."],
      "rls_tables",
      protectedTables(found.tables).map((table) => `- ${yaml(table)}`),
      "row level security is on for no table today.",
    ),
    ...section(
      [
        "These look like references, by name and type, and no foreign key keeps them. Strike out those that may dangle; then",
        "every proof looks for orphans among the rest.",
      ],
      "orphans",
      kept.map((reference) => `- ${orphanOf(reference)}`),
      "no column was found that looks like a reference, is kept by no foreign key, and leads somewhere in every row.",
    ),
    ...(dangling.length === 0
      ? []
      : [
          "",
          "    # These look like references too, and some of their rows lead nowhere already. Mend the rows and move the line up,",
          "    # or leave it: then no proof asks.",
          ...dangling.map((reference) => `    #   - ${orphanOf(reference)}`),
        ]),
    ...section(
      ["Signs of life. A backup of a database that stopped receiving data is a backup of the wrong thing."],
      "freshness",
      freshness.map(
        ({ value, why }) =>
          `- { table: ${yaml(value.table)}, column: ${yaml(value.column)}, within: ${value.within} } ${comment(why)}`,
      ),
      "no column whose default is the clock has moved within a week; name one that moves: { table, column, within }.",
    ),
    ...section(
      ["Ten of its rows, others each time, are read back from the copy and compared with the source by hash."],
      "smoke",
      smoke === null
        ? []
        : [`table: ${yaml(smoke.value.table)} ${comment(smoke.why)}`, `key: ${yaml(smoke.value.key)}`],
      "no table has a primary key of one column.",
    ),
    "",
    "    # The server's own major version: what GitHub's jobs restore into, and whose pg_dump they use.",
    `    throwaway: { major: ${found.major} }`,
  ];
  return `# yaml-language-server: $schema=./ithaca.schema.json
#
# A backup and recovery plan, guessed from the database ${JSON.stringify(found.database)}. Read it, correct it, commit it: from then on every
# command and every workflow holds you to it. docs/plan-reference.md lists all keys and their defaults.

version: 1

databases:
${database.join("\n")}

objectives:
  rto: 4h # how long it may take until the application is back
  rpo: 24h # how much work may be lost; a daily backup keeps this

# Fill in who answers: an email, a GitHub login, or both. Without them an alarm is an issue that nobody is assigned to.
contacts:
  primary:
    role: Primary
    # email: someone@example.com
    # github: login
  secondary:
    role: Secondary
  escalation:
    role: Escalation

alerts:
  # success_email: ops@example.com
  # failure_email: ops@example.com
  answer_within: 1h
  escalate_after: 2h
`;
}
