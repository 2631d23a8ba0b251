import { copyFile, cp, readdir, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArchiveDamage, ArchiveTools } from "../types.ts";

const toc = "dump/toc.dat";

/** The archive's data files, the largest first: in the shop's that is the lines', then the orders', then the archived. */
async function dataFile({ directory }: Pick<ArchiveTools, "directory">, place: number): Promise<string> {
  const names = (await readdir(join(directory, "dump"))).filter((name) => /^\d+\.dat$/.test(name));
  const sized = await Promise.all(
    names.map(async (name) => ({ name, bytes: (await stat(join(directory, "dump", name))).size })),
  );
  const found = sized.sort((a, b) => b.bytes - a.bytes)[place];
  if (found === undefined) throw new Error("the archive has too few data files");
  return `dump/${found.name}`;
}

/** Turns some bits of a file. */
async function flip({ directory, below }: ArchiveTools, path: string, times = 1): Promise<void> {
  const bytes = await readFile(join(directory, path));
  for (let time = 0; time < times; time++) {
    const at = below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
  }
  await writeFile(join(directory, path), bytes);
}

async function cut({ directory, below }: ArchiveTools, path: string): Promise<void> {
  const { size } = await stat(join(directory, path));
  await truncate(join(directory, path), below(size));
}

/** Replaces a text of a file by one of the same length. */
async function replace({ directory }: ArchiveTools, path: string, from: string, to: string): Promise<void> {
  const bytes = await readFile(join(directory, path));
  const at = bytes.indexOf(from);
  if (at < 0 || Buffer.byteLength(from) !== Buffer.byteLength(to))
    throw new Error(`${path} cannot be changed that way`);
  bytes.write(to, at);
  await writeFile(join(directory, path), bytes);
}

async function swap(tools: ArchiveTools, one: string, other: string): Promise<void> {
  const at = (path: string) => join(tools.directory, path);
  await rename(at(one), at("swap"));
  await rename(at(other), at(one));
  await rename(at("swap"), at(other));
}

async function largeObject({ directory }: ArchiveTools): Promise<string> {
  const name = (await readdir(join(directory, "dump"))).find((one) => /^blob_\d+\.dat$/.test(one));
  if (name === undefined) throw new Error("the archive has no large object");
  return `dump/${name}`;
}

/** The same harm twice: found out by its digest, and, where that was made to fit, by what is restored. */
function both(kind: string, harm: (tools: ArchiveTools) => Promise<void>): ArchiveDamage[] {
  return [
    { kind, harm },
    {
      kind: `${kind}, the manifest made to fit`,
      async harm(tools) {
        await harm(tools);
        await tools.resign();
      },
    },
  ];
}

/** Takes a file from another backup. */
const from = (which: "older" | "other", path: string) => async (tools: ArchiveTools) =>
  copyFile(join(tools[which], path), join(tools.directory, path));

export const archiveDamages: readonly ArchiveDamage[] = [
  ...both("the table of contents cut off", (tools) => cut(tools, toc)),
  ...both("the table of contents cut off elsewhere", (tools) => cut(tools, toc)),
  ...both("the table of contents empty", ({ directory }) => truncate(join(directory, toc), 0)),
  ...both("the table of contents missing", ({ directory }) => rm(join(directory, toc))),
  { kind: "a bit of the table of contents", harm: (tools) => flip(tools, toc) },
  { kind: "many bits of the table of contents", harm: (tools) => flip(tools, toc, 40) },
  ...both("a constraint rewritten in the table of contents", (tools) =>
    replace(tools, toc, "total >= (0)::numeric", "total >= (9)::numeric"),
  ),
  ...both("a policy rewritten in the table of contents", (tools) =>
    replace(tools, toc, "order_id < 100", "order_id < 999"),
  ),
  ...both("a data file cut off", async (tools) => cut(tools, await dataFile(tools, 0))),
  ...both("a data file emptied", async (tools) => truncate(join(tools.directory, await dataFile(tools, 1)), 0)),
  ...both("a data file missing", async (tools) => rm(join(tools.directory, await dataFile(tools, 2)))),
  ...both("a bit of a data file", async (tools) => flip(tools, await dataFile(tools, 0))),
  ...both("many bits of a data file", async (tools) => flip(tools, await dataFile(tools, 1), 25)),
  ...both("two data files swapped", async (tools) => swap(tools, await dataFile(tools, 1), await dataFile(tools, 2))),
  ...both("a data file of another day", async (tools) => from("older", await dataFile(tools, 1))(tools)),
  ...both("a line gone from a data file", async (tools) => {
    const path = join(tools.directory, await dataFile(tools, 0));
    const lines = (await readFile(path, "utf8")).split("\n");
    lines.splice(5, 1);
    await writeFile(path, lines.join("\n"));
  }),
  ...both("a large object cut off", async (tools) => cut(tools, await largeObject(tools))),
  ...both("a large object missing", async (tools) => rm(join(tools.directory, await largeObject(tools)))),
  ...both("a bit of a large object", async (tools) => flip(tools, await largeObject(tools))),
  ...both("the roles missing", ({ directory }) => rm(join(directory, "roles.sql"))),
  ...both("the census of another day", from("older", "census.json")),
  ...both("the dump's table of contents of another database", from("other", toc)),
  { kind: "the census cut off", harm: (tools) => cut(tools, "census.json") },
  { kind: "the census missing", harm: ({ directory }) => rm(join(directory, "census.json")) },
  { kind: "a file too many", harm: ({ directory }) => writeFile(join(directory, "dump/9999.dat"), "x") },
  { kind: "the manifest cut off", harm: (tools) => cut(tools, "backup.json") },
  { kind: "a digest changed in the manifest", harm: (tools) => flipDigit(tools) },
  {
    kind: "everything exchanged, and the manifest made to fit",
    recorded: true,
    async harm(tools) {
      await replace(tools, await dataFile(tools, 1), "customer 7", "customer 8");
      await tools.resign();
    },
  },
  {
    kind: "yesterday's backup under today's name",
    recorded: true,
    async harm(tools) {
      const { id, taken_at } = JSON.parse(await readFile(join(tools.directory, "backup.json"), "utf8"));
      for (const name of await readdir(tools.directory)) await rm(join(tools.directory, name), { recursive: true });
      await cp(tools.older, tools.directory, { recursive: true });
      const path = join(tools.directory, "backup.json");
      const manifest = JSON.parse(await readFile(path, "utf8"));
      await writeFile(path, JSON.stringify({ ...manifest, id, taken_at }));
      await tools.resign();
    },
  },
];

async function flipDigit({ directory }: ArchiveTools): Promise<void> {
  const path = join(directory, "backup.json");
  const manifest: { digest: string } = JSON.parse(await readFile(path, "utf8"));
  const digest = (manifest.digest.startsWith("0") ? "1" : "0") + manifest.digest.slice(1);
  await writeFile(path, JSON.stringify({ ...manifest, digest }));
}
