import { writeFile } from "node:fs/promises";
import { writeActionReadmes } from "../actions/shared/generated.ts";
import { errorReference } from "../src/operations/error-reference.ts";
import { writeGeneratedFiles } from "../src/plan/generated.ts";

/*
 * Writes the files that are made from the plan's schema, the actions' definitions and the tables of errors:
 * `npm run generate`. Tests fail where they are out of date.
 */

const root = new URL("../", import.meta.url);
const changed = [...(await writeGeneratedFiles(root)), ...(await writeActionReadmes(root))];
await writeFile(new URL("docs/errors.md", root), await errorReference());
process.stdout.write(changed.length === 0 ? "Everything is up to date.\n" : `Wrote ${changed.join(" and ")}.\n`);
