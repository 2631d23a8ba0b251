import { planShape, type SchemaNode } from "./known-keys.ts";

/*
 * The JSON Schema that editors pick up from the first line of ithaca.yaml. It is made from the zod schema, so it can
 * only be out of date if nobody ran the generator; a test compares the two.
 */

/** `shop:` with nothing behind it is null to an editor; the parser takes it as "nothing written", so allow it. */
function allowEmpty(node: SchemaNode): SchemaNode {
  return typeof node.type === "string" ? { ...node, type: [node.type, "null"] } : node;
}

/** Gives every optional key and every database the right to be empty, all the way down. */
function withEmptyKeys(node: SchemaNode): SchemaNode {
  const { properties, additionalProperties, items, required = [] } = node;
  return {
    ...node,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, child]) => {
          const inner = withEmptyKeys(child);
          return [key, required.includes(key) || child.enum ? inner : allowEmpty(inner)];
        }),
      ),
    }),
    ...(typeof additionalProperties === "object" && {
      additionalProperties: allowEmpty(withEmptyKeys(additionalProperties)),
    }),
    ...(items && { items: withEmptyKeys(items) }),
  };
}

/** Arrays of plain values stand on one line where they fit, as the formatter writes them. */
function compactLists(json: string): string {
  return json.replaceAll(
    /^( *)(.*)\[\n((?: +(?:"[^"\n]*"|[\d.]+|null|true|false),?\n)+) *\](,?)$/gm,
    (whole, ...groups) => {
      const [indent, before, body, comma] = groups.map(String);
      const line = `${indent}${before}[${String(body).trim().replaceAll(/,\n +/g, ", ")}]${comma}`;
      return line.length <= 120 ? line : whole;
    },
  );
}

/** The text of `ithaca.schema.json`. */
export function jsonSchemaText(): string {
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Ithaca's backup and recovery plan (ithaca.yaml)",
    ...withEmptyKeys(planShape()),
  };
  return `${compactLists(JSON.stringify(schema, null, 2))}\n`;
}
