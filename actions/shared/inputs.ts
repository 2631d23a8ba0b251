import { z } from "zod";
import { defineErrors, entry } from "../../src/base/errors.ts";

/*
 * Inputs of actions. A composite action's step gets no INPUT_* variables, so each action.yml maps its inputs to
 * ITHACA_INPUT_<NAME>; what a workflow leaves out arrives as the empty string.
 */

const prefix = "ITHACA_INPUT_";

const errors = defineErrors("action", {
  bad_inputs: entry({
    kind: "input",
    says: (p: { faults: readonly string[] }) => `The action's inputs are wrong: ${p.faults.join("; ")}`,
    mend: () => "correct them under `with:` in the workflow",
    example: { faults: ['"init" must be true or false'] },
  }),
});

/** A text that may be left out. */
export const text = z.string().optional();

/** A text that must be given. */
export const requiredText = z.string({ error: "must be given" });

const yesOrNo = z.enum(["true", "false"], { error: "must be true or false" });

/** `true` or `false`; false where it is left out. */
export const flag = yesOrNo.default("false").transform((value) => value === "true");

/** `true` or `false`; true where it is left out. */
export const flagUnlessTold = yesOrNo.default("true").transform((value) => value === "true");

/** One of a few words; the first where it is left out. */
export function choice<const T extends readonly [string, ...string[]]>(words: T) {
  return z.enum(words, { error: `must be one of ${words.join(", ")}` }).default(words[0] as never);
}

/** A whole number that may be left out. */
export const wholeNumber = z
  .string()
  .regex(/^\d{1,9}$/, { error: "must be a whole number" })
  .transform(Number)
  .optional();

/** The variable that an input arrives in: `read-data` in ITHACA_INPUT_READ_DATA. */
export function variableOf(input: string): string {
  return prefix + input.toUpperCase().replaceAll("-", "_");
}

/**
 * Reads an action's inputs, all at once. A variable that belongs to no input is a mistake in action.yml, and refused.
 *
 * @throws input: names every input that is missing, wrong or unknown
 */
export function readInputs<S extends z.ZodRawShape>(
  shape: S,
  environment: Readonly<Record<string, string | undefined>>,
): z.output<z.ZodObject<S>> {
  const given: Record<string, string> = {};
  const known = new Map(Object.keys(shape).map((name) => [variableOf(name), name]));
  const faults: string[] = [];
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith(prefix) || value === undefined) continue;
    const name = known.get(variable);
    if (name === undefined) faults.push(`${variable} belongs to no input`);
    else if (value.trim() !== "") given[name] = value.trim();
  }
  const parsed = z.object(shape).safeParse(given);
  if (!parsed.success) faults.push(...parsed.error.issues.map((i) => `"${i.path.join(".")}" ${i.message}`));
  if (faults.length > 0 || !parsed.success) throw errors.bad_inputs({ faults });
  return parsed.data;
}
