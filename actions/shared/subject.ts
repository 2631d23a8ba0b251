import type { UseCaseContext } from "../../src/operations/context.ts";
import { loadSubject } from "../../src/operations/subject.ts";
import { text } from "./inputs.ts";
import { maskSecret, requireSecrets } from "./secrets.ts";

/** Inputs of every action that is about one database of the plan. */
export const subjectInputs = {
  plan: text.default("ithaca.yaml"),
  database: text,
  "database-url": text,
};

export interface SubjectInputs {
  readonly plan: string;
  readonly database?: string | undefined;
  readonly "database-url"?: string | undefined;
}

/** What the library's operations are told about the subject. */
export function subjectOptions({ plan, database }: SubjectInputs): { plan: string; database?: string } {
  return { plan, ...(database === undefined ? {} : { database }) };
}

/**
 * Puts the connection string of the input where the plan says that it is looked for, since a workflow cannot make up
 * names of variables; and makes sure that all secrets are there.
 *
 * @param needed further variables that the action cannot do without
 * @throws surroundings: secrets are missing; input: the plan has errors
 */
export async function prepareSubject(
  context: UseCaseContext,
  inputs: SubjectInputs,
  needed: { readonly source: boolean; readonly variables: readonly string[] },
): Promise<UseCaseContext> {
  const { database } = await loadSubject(context, subjectOptions(inputs));
  const url = inputs["database-url"];
  if (url !== undefined) maskSecret(url);
  const environment = { ...context.environment, ...(url === undefined ? {} : { [database.url_secret]: url }) };
  const source = environment[database.url_secret];
  if (source !== undefined && source !== "") maskSecret(source);
  requireSecrets(environment, [...(needed.source ? [database.url_secret] : []), ...needed.variables]);
  return { ...context, environment };
}
