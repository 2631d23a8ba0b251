import { readFile } from "node:fs/promises";
import { z } from "zod";
import { stopwatch } from "../base/clock.ts";
import { connect } from "../postgres/connect.ts";
import type { Session, Target } from "../postgres/types.ts";
import type { CheckResult, Finding } from "../proof/types.ts";
import { setTrap } from "./trap.ts";

/** What was found out about a copy that must not speak to anybody. */
export interface SilenceFacts {
  /** Background workers of pg_cron or pg_net that run on the server. */
  readonly workers: readonly string[];
  /** Their libraries, loaded at the server's start. */
  readonly libraries: readonly string[];
  /** Functions of pg_net that are not the silent ones. */
  readonly voices: readonly string[];
  /** Subscriptions that would fetch from another server. */
  readonly subscriptions: number;
  /** Connections that reached the trap. */
  readonly trapped: number;
  /** Calls that were written down instead of sent, the one of the check itself not counted. */
  readonly recorded: number;
  /** Whether the check's own call was written down; null where nothing on the copy knows pg_net. */
  readonly ownCallRecorded: boolean | null;
}

/** A copy that is kept silent while the app's tests run. Disposing takes the trap away. */
export interface Silence extends AsyncDisposable {
  /** Looks whether anything spoke, and gives the check `copy.silence`. */
  finish(): Promise<CheckResult>;
}

const measured = z.object({
  workers: z.array(z.string()),
  libraries: z.array(z.string()),
  voices: z.array(z.string()),
  subscriptions: z.int(),
});

const silenceTitle = "The copy calls nobody";

/**
 * Makes sure that nothing on a copy can reach anybody: pg_net's functions become silent ones, and a trap waits for those
 * who try all the same. **Changes the copy**, so do it after everything else was compared.
 *
 * @param target superuser access to the copy
 */
export async function keepSilent(target: Target): Promise<Silence> {
  const seconds = stopwatch();
  const trap = await setTrap();
  try {
    await using session = await connect(target, { readOnly: false, insist: true, applicationName: "ithaca silence" });
    const [first] = await session.query<{ needed: boolean }>(await sqlFile("needs-net"));
    const silenced = first?.needed === true;
    if (silenced) await session.query(await sqlFile("silence-net"));
    return {
      async finish() {
        await using after = await connect(target, { readOnly: false, insist: true, applicationName: "ithaca silence" });
        const facts = { ...(await readFacts(after, silenced, trap.url)), trapped: trap.connections() };
        return judgeSilence(facts, seconds());
      },
      [Symbol.asyncDispose]: () => trap[Symbol.asyncDispose](),
    };
  } catch (error) {
    await trap[Symbol.asyncDispose]();
    throw error;
  }
}

async function readFacts(session: Session, silenced: boolean, trap: string): Promise<Omit<SilenceFacts, "trapped">> {
  const [row] = await session.query(await sqlFile("silence-facts"));
  const count = async () => {
    const [calls] = await session.query<{ calls: number }>(
      "SELECT count(*)::int AS calls FROM net.ithaca_recorded_calls",
    );
    return calls?.calls ?? 0;
  };
  const recorded = silenced ? await count() : 0;
  if (silenced) await session.query("SELECT net.http_post(url := $1, body := '{}'::jsonb)", [trap]);
  return { ...measured.parse(row), recorded, ownCallRecorded: silenced ? (await count()) === recorded + 1 : null };
}

/** Turns the facts into a check. That calls were written down is as it should be, and told. */
export function judgeSilence(facts: SilenceFacts, seconds: number): CheckResult {
  const finding = (object: string, attribute: string, expected: string, actual: string): Finding => ({
    object,
    attribute,
    expected,
    actual,
  });
  const findings = [
    ...facts.workers.map((worker) => finding(worker, "background worker", "not running", "running")),
    ...facts.libraries.map((library) => finding(library, "shared_preload_libraries", "not loaded", "loaded")),
    ...facts.voices.map((voice) => finding(voice, "function", "writes the call down", "sends it")),
    ...(facts.subscriptions > 0 ? [finding("subscriptions", "enabled", "0", String(facts.subscriptions))] : []),
    ...(facts.trapped > 0 ? [finding("trap on loopback", "connections", "0", String(facts.trapped))] : []),
    ...(facts.ownCallRecorded === false
      ? [finding("net.http_post", "a call of this check", "written down", "not written down")]
      : []),
  ];
  const calls = `${facts.recorded} call${facts.recorded === 1 ? "" : "s"} written down and not sent`;
  return {
    id: "copy.silence",
    title: silenceTitle,
    status: findings.length === 0 ? "passed" : "failed",
    expected: "no connection at the trap, no pg_cron, no pg_net",
    actual:
      findings.length === 0
        ? `no connection at the trap; ${calls}`
        : `${findings.length} ways to call somebody; ${calls}`,
    findings,
    seconds,
    reason: "",
  };
}

function sqlFile(name: string): Promise<string> {
  return readFile(new URL(`../../sql/supabase/${name}.sql`, import.meta.url), "utf8");
}
