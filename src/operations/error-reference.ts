import { readdir, readFile } from "node:fs/promises";
import { type ErrorEntry, type ErrorKind, errorTable } from "../base/errors.ts";

const sources = new URL("../", import.meta.url);

/** What a kind of error means for whoever meets it. */
const meanings: Readonly<Record<ErrorKind, string>> = {
  input: "2, nothing was changed",
  surroundings: "3, inconclusive",
  failed: "1, failed",
  interrupted: "130, stopped",
};

/**
 * Every error that the library can tell people about, by id. Errors are declared where they are thrown, in tables; this
 * loads every file that has one.
 */
export async function allErrors(): Promise<ReadonlyMap<string, ErrorEntry<unknown>>> {
  for (const path of await readdir(sources, { recursive: true })) {
    if (!path.endsWith(".ts") || path.endsWith(".test.ts")) continue;
    const file = new URL(path, sources);
    if (/= defineErrors\(/.test(await readFile(file, "utf8"))) await import(file.href);
  }
  return errorTable();
}

/** Text for a cell of a markdown table. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ").replaceAll("<", "&lt;");
}

/** Each word of a room's name as people write it. */
function heading(room: string): string {
  return `${room.charAt(0).toUpperCase()}${room.slice(1).replaceAll("-", " ")}`;
}

/** `docs/errors.md`: every error with an example of its sentence, what it means, and what to do about it. */
export async function errorReference(): Promise<string> {
  const errors = [...(await allErrors())].sort(([a], [b]) => (a < b ? -1 : 1));
  const rooms = Map.groupBy(errors, ([id]) => id.slice(0, id.indexOf(".")));
  const sections = [...rooms].map(([room, entries]) => {
    const rows = entries.map(
      ([id, { kind, says, mend, example }]) =>
        `| \`${id}\` | ${cell(says(example))} | ${cell(mend(example))} | ${meanings[kind]} |`,
    );
    return `## ${heading(room)}\n\n| id | what is wrong, for example | what to do | exit code |\n|---|---|---|---|\n${rows.join("\n")}\n`;
  });
  return `# Errors

Every error that a person can meet has a stable id, which \`--json\` prints as \`error.id\`. It says what is wrong and why, and
what to do about it. Exit codes: 1 the backup, the database or a rule is at fault; 2 the input or the plan is wrong, and nothing
was changed; 3 something around it failed, so that nothing is known; 130 stopped. This page is made from the code by
\`npm run generate\`.

${sections.join("\n")}`;
}
