import { parse } from "yaml";
import { z } from "zod";

/* The README of an action is made from its action.yml, so that the two cannot contradict each other. */

const input = z.object({
  description: z.string(),
  required: z.boolean().default(false),
  default: z.string().optional(),
});

/** The part of action.yml that people have to know. */
export const actionFile = z.object({
  name: z.string(),
  description: z.string(),
  inputs: z.record(z.string(), input).default({}),
  outputs: z.record(z.string(), z.object({ description: z.string(), value: z.string() })).default({}),
  runs: z.object({ using: z.literal("composite"), steps: z.array(z.looseObject({})) }),
});

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;").trim();

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return rows.length === 0 ? ["None."] : [line(head), `|${" --- |".repeat(head.length)}`, ...rows.map(line)];
}

/**
 * The README of one action.
 *
 * @param folder the action's folder below actions/, such as `prove`
 * @param text its action.yml
 */
export function actionReadme(folder: string, text: string): string {
  const { name, description, inputs, outputs } = actionFile.parse(parse(text));
  const needed = Object.entries(inputs).filter(([, { required }]) => required);
  const given = ({ required, default: value }: z.output<typeof input>) =>
    required ? "**required**" : value === undefined ? "" : `\`${value}\``;
  return [
    `# ${name}`,
    "",
    "<!-- Generated from action.yml by `npm run generate`: change that instead. -->",
    "",
    description.trim(),
    "",
    "```yaml",
    `- uses: owner/ithaca/actions/${folder}@v1`,
    ...(needed.length === 0 ? [] : ["  with:", ...needed.map(([key]) => `    ${key}: …`)]),
    "```",
    "",
    "## Inputs",
    "",
    ...table(
      ["input", "default", "meaning"],
      Object.entries(inputs).map(([key, value]) => [`\`${key}\``, given(value), value.description]),
    ),
    "",
    "## Outputs",
    "",
    ...table(
      ["output", "meaning"],
      Object.entries(outputs).map(([key, value]) => [`\`${key}\``, value.description]),
    ),
    "",
  ].join("\n");
}
