import { expect, test } from "vitest";
import { parseInfo } from "./info.ts";

const at = (id: number, key: number) => ({ id, "repo-key": key });
const segment = (n: number) => `0000000100000000000000${n}`;
const backup = (label: string, stop: number, database: ReturnType<typeof at>) => ({
  ...{ label, type: "full", database, archive: { start: null, stop: null }, info: { size: 1 } },
  timestamp: { start: stop - 1, stop },
});
const fine = { code: 0, message: "ok" };

/** Two repositories; the second was added after the server's upgrade, and so it has seen one cluster only. */
const both = {
  name: "shop",
  status: fine,
  repo: [
    { key: 1, status: fine },
    { key: 2, status: fine },
  ],
  db: [
    { ...at(1, 1), version: "14", "system-id": 1 },
    { ...at(2, 1), version: "15", "system-id": 2 },
    { ...at(1, 2), version: "15", "system-id": 2 },
  ],
  archive: [
    { id: "14-1", database: at(1, 1), min: segment(10), max: segment(19) },
    { id: "15-2", database: at(2, 1), min: segment(20), max: segment(40) },
    { id: "15-1", database: at(1, 2), min: segment(30), max: segment(40) },
  ],
  backup: [
    backup("20261120-020000F", 1000, at(1, 1)),
    backup("20261121-020000F", 2000, at(2, 1)),
    backup("20261122-020000F", 3000, at(1, 2)),
  ],
};
const mixed = (second: { code: number; message: string }) => ({
  ...both,
  status: { code: 4, message: "different across repos" },
  repo: [
    { key: 1, status: fine },
    { key: 2, status: second },
  ],
});
const read = (stanza: object) => {
  const { backups, archive, only, major } = parseInfo(JSON.stringify([stanza]), "shop");
  return { major, labels: backups.map(({ label }) => label), archive, only };
};

test("of several repositories each one's own numbers count, and all of their segments are the archive", () => {
  expect(read(both)).toEqual({
    major: "15",
    labels: ["20261122-020000F", "20261121-020000F"],
    archive: {
      ...{ min: segment(20), max: segment(40) },
      folders: [
        { id: "15-2", repository: 1 },
        { id: "15-1", repository: 2 },
      ],
    },
    only: null,
  });
});

test.each([
  ["is away", { code: 1, message: "missing stanza path" }, "repository 2: missing stanza path"],
  ["has no backup yet", { code: 2, message: "no valid backups" }, "repository 2: no valid backups"],
  [
    "cannot be deciphered",
    { code: 99, message: "[FormatError] unable to load info file" },
    "repository 2: what it holds cannot be deciphered: the cipher passphrase is wrong or missing",
  ],
])("a repository that %s is no reason to do without the other, and is told", (_, status, why) => {
  expect(read(mixed(status))).toMatchObject({
    labels: ["20261121-020000F"],
    archive: { min: segment(20), folders: [{ id: "15-2", repository: 1 }] },
    only: { repository: 1, why },
  });
});

test("where no repository can be used, or they are of different servers, the reason is told", () => {
  const refused = (stanza: object) => () => read(stanza);
  const away = { code: 1, message: "missing stanza path" };
  expect(refused({ ...both, status: away, repo: [{ key: 1, status: away }] })).toThrow("missing stanza path");
  expect(refused({ ...both, status: { code: 5, message: "database mismatch across repos" } })).toThrow(
    "database mismatch across repos",
  );
});

test("what a wrong passphrase has made of a repository's file is no shape of the listing", () => {
  const status = { code: 99, message: "other" };
  const repo = [{ key: 1, status: { code: 99, message: "[FormatError] unable to load info file: GARBAGE" } }];
  const json = JSON.stringify([{ ...both, status, repo, db: [], archive: [], backup: [] }]);
  expect(() => parseInfo(json.replace("GARBAGE", "\u0004\u0017~\u007f"), "shop")).toThrow(
    "no usable stanza shop: what it holds cannot be deciphered: the cipher passphrase is wrong or missing;",
  );
});
