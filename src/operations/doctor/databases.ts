import { listRelations } from "../../census/relations.ts";
import { resolveScope } from "../../census/scope.ts";
import { listTables } from "../../census/table-list.ts";
import type { DatabasePlan } from "../../plan/schema.ts";
import { findClient } from "../../postgres/clients.ts";
import { connectToRead } from "../../postgres/pooler.ts";
import { assertMayRead, readServerFacts } from "../../postgres/server-facts.ts";
import { parseTarget } from "../../postgres/target.ts";
import { requireSource, sourceTarget } from "../subject.ts";
import { type Concern, type Examination, type Patient, subjectOf, variable } from "./types.ts";

/* The database, the clock that it and this machine must share, and the other places that connection strings lead to. */

/** A proof judges ages of backups and excuses by this machine's clock: more than this is too much, in seconds. */
const mostSkew = 60;

/** So many tables are named in one sentence. */
const mostNamed = 5;

/**
 * What the plan says of the database that is not so: then its proofs would not be about this server.
 *
 * @throws where it names tables that are not there
 */
function unlikeThePlan(
  { critical_tables, rls_tables, freshness, smoke, throwaway }: DatabasePlan,
  there: ReadonlySet<string>,
  major: number,
): Concern | null {
  const named = [
    ...critical_tables,
    ...rls_tables,
    ...freshness.map(({ table }) => table),
    ...(smoke ? [smoke.table] : []),
  ];
  const missing = [...new Set(named)].filter((name) => !there.has(name));
  if (missing.length > 0) {
    const rest = missing.length > mostNamed ? ` and ${missing.length - mostNamed} more` : "";
    throw new Error(
      `The plan names tables that this database does not have: ${missing.slice(0, mostNamed).join(", ")}${rest}; correct the plan or the connection string (\`npm run ithaca -- init\` writes a plan by reading this database), for every proof would fail.`,
    );
  }
  if (throwaway.major !== major) {
    return {
      message: `Its server is PostgreSQL ${major}, and on GitHub copies are restored into ${throwaway.major}`,
      mend: `set throwaway.major of the database to ${major} in the plan`,
    };
  }
  return null;
}

/** Asks the source what a backup needs of it; the connection is READ ONLY. */
async function source(patient: Patient): Promise<string | Concern> {
  const subject = subjectOf(patient);
  await using session = await connectToRead(requireSource(patient.context, subject));
  const facts = await readServerFacts(session);
  assertMayRead(facts);
  const client = await findClient("pg_dump", facts.major);
  // Refuses what the role may not read, and exclusions of what is not there: before the first night, not in it.
  const scope = await resolveScope(session, subject.database);
  const { tables } = await listTables(session, await listRelations(session), scope);
  const own = tables.filter(({ kind }) => kind !== "extension-table").length;
  if (own === 0) {
    const message = `No table of the database ${facts.database} would be in a backup, and its proof would fail`;
    return { message, mend: "check the connection string, and what the plan leaves out under scope" };
  }
  const wrong = unlikeThePlan(subject.database, new Set(tables.map(({ name }) => name)), facts.major);
  if (wrong !== null) return wrong;
  const count = `${own} table${own === 1 ? "" : "s"}`;
  return `PostgreSQL ${facts.version}, ${count}, read as ${facts.user}, dumped by pg_dump ${client.version}`;
}

async function clock(patient: Patient): Promise<string | Concern> {
  const target = sourceTarget(patient.context, subjectOf(patient).database);
  if (target === null) return { message: "it has nothing to be compared with", mend: "set the database's secret" };
  await using session = await connectToRead(target);
  const [row] = await session.query<{ now: number }>(
    "SELECT extract(epoch FROM pg_catalog.clock_timestamp())::float8 AS now",
  );
  const skew = Math.abs(patient.context.clock.now().getTime() / 1000 - (row?.now ?? 0));
  if (skew > mostSkew) {
    throw new Error(
      `This machine's clock and the database's are ${Math.round(skew)} seconds apart; set the wrong one right (NTP).`,
    );
  }
  return `${skew.toFixed(1)} seconds from the database's`;
}

/** Whether a connection string, where there is one, leads somewhere. */
async function reach(
  patient: Patient,
  name: string,
  absent: { readonly is: string; readonly mend: string | null },
): Promise<string | Concern> {
  const url = variable(patient, name);
  if (url === null) {
    const message = `${name} is not set: ${absent.is}`;
    return absent.mend === null ? message : { message, mend: absent.mend };
  }
  await using session = await connectToRead(parseTarget(url, name));
  const { version, user } = await readServerFacts(session);
  return `PostgreSQL ${version} as ${user}`;
}

/** The examinations of everything that speaks PostgreSQL. */
export function ofDatabases(patient: Patient): Examination[] {
  const audit = () => subjectOf(patient).database.audit_url_secret;
  return [
    { id: "source", title: "The database", look: () => source(patient) },
    { id: "clock", title: "The clock", look: () => clock(patient) },
    {
      id: "throwaway",
      title: "The throwaway server",
      look: () =>
        reach(patient, "ITHACA_THROWAWAY_URL", {
          is: "copies are restored into a private server of this machine's PostgreSQL",
          mend: null,
        }),
    },
    {
      id: "recovery",
      title: "The recovery's credential",
      look: () =>
        reach(patient, "ITHACA_RECOVERY_URL", {
          is: "as it should be anywhere but in the environment `recovery`",
          mend: null,
        }),
    },
    {
      id: "audit",
      title: "The audit table",
      look: () =>
        reach(patient, audit(), {
          is: "the log of operations is kept in the reports only",
          mend: `apply what \`npm run --silent ithaca -- audit migration\` prints, and set ${audit()}`,
        }),
    },
  ];
}
