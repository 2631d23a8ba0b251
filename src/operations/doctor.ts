import { statfs } from "node:fs/promises";
import { run } from "../base/child-process.ts";
import { IthacaError, messageOf } from "../base/errors.ts";
import { scratchParent } from "../base/scratch.ts";
import { findClient, findServer } from "../postgres/clients.ts";
import { connect } from "../postgres/connect.ts";
import { assertMayRead, readServerFacts } from "../postgres/server-facts.ts";
import { openVault } from "../vault/vault.ts";
import type { UseCaseContext } from "./context.ts";
import { loadSubject, requireSource, type Subject, type SubjectOptions } from "./subject.ts";

/** One requirement and how it is met. */
export interface DoctorCheck {
  readonly id: string;
  readonly title: string;
  /** green: met; yellow: it will do, or it could not be looked at; red: some command cannot work. */
  readonly status: "green" | "yellow" | "red";
  readonly message: string;
  /** The one thing to do about it; null where it is green. */
  readonly mend: string | null;
}

export interface DoctorOutcome {
  readonly checks: readonly DoctorCheck[];
}

interface Examination {
  readonly id: string;
  readonly title: string;
  /** Gives the fact that is shown where all is well; throws what is wrong. */
  readonly look: () => Promise<string>;
}

/** Below this, a restore of anything but a small database will not fit. */
const littleSpace = 2 * 1024 ** 3;

async function restic(): Promise<string> {
  const { exitCode, stdout } = await run("restic", ["version"]);
  if (exitCode !== 0) throw new Error("restic was not found on this machine; run scripts/setup.sh.");
  return stdout.split(" compiled")[0] ?? stdout;
}

async function space(): Promise<string> {
  const { bavail, bsize } = await statfs(scratchParent());
  const free = bavail * bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GiB free in ${scratchParent()}`;
  if (free < littleSpace) throw new Error(`${text}; free some, or set ITHACA_SCRATCH to a larger disk.`);
  return text;
}

/** Asks the source what a backup needs of it; the connection is READ ONLY. */
async function source(context: UseCaseContext, subject: Subject): Promise<string> {
  await using session = await connect(requireSource(context, subject), { readOnly: true });
  const facts = await readServerFacts(session);
  assertMayRead(facts);
  const client = await findClient("pg_dump", facts.major);
  return `PostgreSQL ${facts.version}, read as ${facts.user}, dumped by pg_dump ${client.version}`;
}

function examinations(context: UseCaseContext, subject: Subject | IthacaError): Examination[] {
  return [
    {
      id: "plan",
      title: "The plan",
      look: async () => {
        if (subject instanceof IthacaError) throw subject;
        return `${subject.name}, ${subject.database.critical_tables.length} critical tables`;
      },
    },
    {
      id: "server",
      title: "PostgreSQL server",
      look: async () => `PostgreSQL ${(await findServer()).version}`,
    },
    { id: "restic", title: "restic", look: restic },
    { id: "space", title: "Disk space", look: space },
    {
      id: "source",
      title: "The database",
      look: async () => {
        if (subject instanceof IthacaError) throw new Error("without a plan it is not known where it is.");
        return source(context, subject);
      },
    },
    {
      id: "vault",
      title: "The vault",
      look: async () => {
        const vault = openVault({ ...context.environment });
        const { entries } = await vault.list(undefined, { signal: context.signal });
        return `${vault.repository}, ${entries.length} backups`;
      },
    },
  ];
}

/** The message of a fault is written as "what is wrong; what to do". */
function split(message: string): { message: string; mend: string } {
  const at = message.lastIndexOf("; ");
  return at < 0 ? { message, mend: "see the message" } : { message: message.slice(0, at), mend: message.slice(at + 2) };
}

/** Looks at everything that the other commands need, changes nothing, and says how to mend what is missing. */
export async function doctor(context: UseCaseContext, options: SubjectOptions): Promise<DoctorOutcome> {
  const subject = await loadSubject(context, options).catch((error: unknown) => {
    if (error instanceof IthacaError) return error;
    throw error;
  });
  const checks: DoctorCheck[] = [];
  for (const { id, title, look } of examinations(context, subject)) {
    try {
      checks.push({ id, title, status: "green", message: await look(), mend: null });
    } catch (thrown) {
      context.signal.throwIfAborted();
      checks.push({ id, title, status: "red", ...split(messageOf(thrown)) });
    }
  }
  return { checks };
}
