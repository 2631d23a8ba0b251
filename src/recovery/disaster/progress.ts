import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { redact } from "../../base/redact.ts";
import { writeWhole } from "../incident.ts";
import { type Scenario, scenarios, stepsOf } from "./scenarios.ts";

/*
 * How far a disaster's steps have come. The file is written after every step, so that whoever goes on, on whichever
 * machine, begins where it stopped.
 */

/**
 * `waiting`: a person must do it, and say so with --done. `by_hand`: a rehearsal cannot do it, a person would. `not_run`:
 * it could have been rehearsed, and something was missing.
 */
const stepStates = ["pending", "running", "done", "failed", "waiting", "by_hand", "not_run"] as const;
export type StepState = (typeof stepStates)[number];

const stepRecord = z.object({
  id: z.string(),
  state: z.enum(stepStates),
  /** What came of it, as sentences. */
  says: z.string(),
  seconds: z.number().nullable(),
  at: z.iso.datetime().nullable(),
});

const disasterSchema = z.object({
  format: z.literal(1),
  id: z.string().regex(/^[A-Za-z0-9-]{1,80}$/),
  database: z.string(),
  scenario: z.enum(scenarios),
  mode: z.enum(["rehearse", "execute"]),
  actor: z.string(),
  started_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  steps: z.array(stepRecord),
  /** What later steps need of earlier ones: refs and ids, never a secret. */
  facts: z.record(z.string(), z.string()),
});

export type Disaster = z.output<typeof disasterSchema>;
export type StepRecord = Disaster["steps"][number];

/** A disaster at its beginning. */
export function newDisaster(
  parts: Pick<Disaster, "id" | "database" | "scenario" | "mode" | "actor" | "started_at">,
): Disaster {
  const steps = stepsOf[parts.scenario].map(({ id }) => ({
    id,
    state: "pending" as const,
    says: "",
    seconds: null,
    at: null,
  }));
  return { format: 1, ...parts, updated_at: parts.started_at, steps, facts: {} };
}

/** States in which a step is over, so that the next one may begin. */
const over: ReadonlySet<StepState> = new Set(["done", "by_hand", "not_run"]);

/** The step to go on with; null where all are over. A step that was running when it was stopped is begun anew. */
export function nextStep({ steps }: Disaster): StepRecord | null {
  return steps.find(({ state }) => !over.has(state)) ?? null;
}

/** The same with one step changed. */
export function withStep(disaster: Disaster, change: Partial<StepRecord> & { id: string }, at: Date): Disaster {
  const updated_at = at.toISOString();
  const steps = disaster.steps.map((step) => (step.id === change.id ? { ...step, ...change, at: updated_at } : step));
  return { ...disaster, steps, updated_at };
}

const folder = (reports: string) => join(reports, "disasters");

/** Writes the file, whole or not at all. */
export async function saveDisaster(reports: string, disaster: Disaster): Promise<void> {
  await mkdir(folder(reports), { recursive: true });
  const text = JSON.stringify(disasterSchema.parse(disaster), null, 2);
  await writeWhole(join(folder(reports), `${disaster.id}.json`), `${redact(text)}\n`);
}

/** Null where it is no JSON: a file that a full disk or a merge has damaged. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The execution of a scenario that has not come to its end; null where there is none. Files that are damaged are passed over. */
export async function openDisaster(reports: string, database: string, scenario: Scenario): Promise<Disaster | null> {
  const names = await readdir(folder(reports)).catch(() => []);
  const found: Disaster[] = [];
  for (const name of names.filter((one) => one.endsWith(".json"))) {
    const text = await readFile(join(folder(reports), name), "utf8");
    const parsed = disasterSchema.safeParse(parseJson(text));
    if (parsed.success) found.push(parsed.data);
  }
  return (
    found
      .filter((one) => one.database === database && one.scenario === scenario && one.mode === "execute")
      .filter((one) => nextStep(one) !== null)
      .sort((a, b) => b.updated_at.localeCompare(a.updated_at))[0] ?? null
  );
}
