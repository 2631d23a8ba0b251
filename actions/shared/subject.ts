import type { UseCaseContext } from "../../src/operations/context.ts";
import { type SecretNames, secretNames } from "../../src/operations/plan-matrix.ts";
import { loadSubject } from "../../src/operations/subject.ts";
import { text } from "./inputs.ts";
import { maskSecret, requireSecrets } from "./secrets.ts";

/** Inputs of every action that is about one database of the plan. */
export const subjectInputs = {
  plan: text.default("ithaca.yaml"),
  database: text,
  "database-url": text,
  "audit-url": text,
};

/** Inputs that hold a secret of one database, and the plan's key that says where it is looked for. */
const secretInputs = {
  "database-url": "url_secret",
  "audit-url": "audit_url_secret",
  "recovery-url": "recovery_url_secret",
  "heartbeat-url": "heartbeat_secret",
  "supabase-token": "supabase_token_secret",
  "supabase-project-ref": "supabase_project_ref_secret",
} as const satisfies Record<string, keyof SecretNames>;

type SecretInput = keyof typeof secretInputs;
const secretInputNames: readonly SecretInput[] = [
  "database-url",
  "audit-url",
  "recovery-url",
  "heartbeat-url",
  "supabase-token",
  "supabase-project-ref",
];

/** A few words of an action's inputs: the plan, the database, and secrets as far as the action has them. */
export type SubjectInputs = { readonly plan: string; readonly database?: string | undefined } & {
  readonly [K in SecretInput]?: string | undefined;
};

/** What the library's operations are told about the subject. */
export function subjectOptions({ plan, database }: SubjectInputs): { plan: string; database?: string } {
  return { plan, ...(database === undefined ? {} : { database }) };
}

/**
 * Puts each secret that came as an input where the plan says that it is looked for, since a workflow cannot make up
 * names of variables; and makes sure that all secrets are there.
 *
 * @param needed the secrets that the action cannot do without, and further variables
 * @throws surroundings: secrets are missing; input: the plan has errors
 */
export async function prepareSubject(
  context: UseCaseContext,
  inputs: SubjectInputs,
  needed: { readonly secrets: readonly SecretInput[]; readonly variables: readonly string[] },
): Promise<UseCaseContext> {
  const { database } = await loadSubject(context, subjectOptions(inputs));
  const names = secretNames(database);
  const environment: Record<string, string | undefined> = { ...context.environment };
  for (const input of secretInputNames) {
    const name = names[secretInputs[input]];
    const value = inputs[input] ?? environment[name] ?? "";
    if (value === "") continue;
    // A project's ref stands in addresses that people need; everything else lets somebody in.
    if (input !== "supabase-project-ref") maskSecret(value);
    environment[name] = value;
  }
  const own = needed.secrets.map((input) => names[secretInputs[input]]);
  requireSecrets(environment, [...own, ...needed.variables]);
  return { ...context, environment };
}
