import { planShape, type SchemaNode } from "./known-keys.ts";

/* The plan reference for people, made from the same descriptions as the JSON Schema. */

/** A text as a table's cell. */
const escapeCell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");

const isMap = (node: SchemaNode): boolean =>
  node.properties !== undefined || typeof node.additionalProperties === "object";

/** What may be written, in words. */
function kindOf(node: SchemaNode): string {
  if (node.const !== undefined) return `\`${node.const}\``;
  if (node.enum) return node.enum.map((value) => `\`${value}\``).join(", ");
  if (node.items) return isMap(node.items) ? "list of maps, see below" : `list of: ${kindOf(node.items)}`;
  if (isMap(node)) return "map, see below";
  if (node.type === "integer" || node.type === "number") return `whole number from ${node.minimum} to ${node.maximum}`;
  if (node.type === "boolean") return "`true` or `false`";
  if (node.format === "email") return "mail address";
  if (node.pattern?.includes("(s|m|h|d)")) return "duration: number and unit (`s`, `m`, `h`, `d`)";
  if (node.pattern?.includes("\\d{4}-")) return "date, `YYYY-MM-DD`";
  if (node.pattern?.includes("{4}\\S+")) return "cron line";
  if (node.pattern === "^[A-Z_][A-Z0-9_]*$") return "name of an environment variable";
  if (node.pattern?.startsWith('^("')) return "`schema.table`";
  return "text";
}

function defaultOf(key: string, node: SchemaNode, parent: SchemaNode): string {
  if (parent.required?.includes(key)) return "**required**";
  if (node.default === undefined) return "none";
  const empty = typeof node.default === "object" && Object.keys(node.default ?? {}).length === 0;
  if (empty) return Array.isArray(node.default) ? "empty list" : "see its keys";
  return `\`${String(node.default)}\``;
}

/** A table whose columns are aligned, as the formatter of this repository wants it. */
function alignedTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]) => `| ${row.map((text, i) => text.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)];
}

/** One section per map: a table of its keys, then the maps below it. */
function section(title: string, node: SchemaNode): string[] {
  const entries = Object.entries(node.properties ?? {});
  const rows = entries.map(([key, child]) => [
    `\`${key}\``,
    kindOf(child),
    escapeCell(defaultOf(key, child, node)),
    escapeCell(child.description ?? ""),
  ]);
  const own = [
    `## ${title}`,
    "",
    ...(node.description ? [`${escapeCell(node.description)}.`, ""] : []),
    ...alignedTable([["Key", "Value", "Default", "Meaning"], ...rows]),
    "",
  ];
  const path = title === "The top level" ? "" : `${title.slice(1, -1)}.`;
  const below = entries.flatMap(([key, child]) => {
    if (typeof child.additionalProperties === "object") {
      const entry = { ...child.additionalProperties, ...(child.description && { description: child.description }) };
      return section(`\`${path}${key}.<name>\``, entry);
    }
    if (child.properties) return section(`\`${path}${key}\``, child);
    const described = child.items?.description ? {} : child.description ? { description: child.description } : {};
    return child.items?.properties ? section(`\`${path}${key}[]\``, { ...child.items, ...described }) : [];
  });
  return [...own, ...below];
}

const introduction = `# Plan reference

<!-- Generated from src/plan/ by \`npm run generate\`: change the descriptions there, not here. -->

Every key that \`ithaca.yaml\` may have. The smallest useful plan:

\`\`\`yaml
version: 1
databases:
  shop:
    url_secret: SHOP_DATABASE_URL
\`\`\`

A key that is left out, or has nothing behind it, has its default. A key that is not listed here is an error, and so is
a value of the wrong kind; \`ithaca\` tells all errors of a plan at once, each with its line. Durations are a number and a
unit: \`30s\`, \`5m\`, \`4h\`, \`7d\`. All times are UTC. Secrets never stand in a plan: it holds the _names_ of environment
variables. Tables are written as \`schema.table\`, quoted as in SQL where they must be: \`public."Order Items"\`.

Editors that know YAML schemas complete and check the plan while it is written: begin it with the line
\`# yaml-language-server: $schema=./ithaca.schema.json\`.
`;

/** The text of `docs/plan-reference.md`. */
export function referenceText(): string {
  return `${[introduction, ...section("The top level", planShape())].join("\n").trimEnd()}\n`;
}
