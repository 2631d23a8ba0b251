import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml";
import type { Fault, PathFault } from "./fault.ts";
import { looksSecret, showPath } from "./harmless.ts";

/* Reads YAML with the position of every node, so that each fault can name its line. */

/** A plan's text as a tree with positions. */
export interface PlanDocument {
  /** What is written, as plain values; a key without a value is there with `undefined`. */
  readonly value: unknown;
  /** Faults of the YAML itself. */
  readonly faults: readonly Fault[];
  /** Whether the tree can be relied on in spite of `faults`. */
  readonly usable: boolean;
  /** The line of what stands at a path, or of its nearest ancestor. */
  lineOf(path: readonly PropertyKey[]): number;
  /** The places where something of the form of a secret is written. */
  readonly secrets: readonly PathFault[];
}

/** The library's sentence, unless there is a plainer one. */
function explain(error: YAMLError, text: string): string {
  switch (error.code) {
    case "TAB_AS_INDENT":
      return "a tab stands where spaces are due; indent with spaces";
    case "BAD_ALIAS":
      return 'a value that begins with * or & must be in quotes, such as "* * * * *"';
    case "DUPLICATE_KEY": {
      const key = /^[\w.-]{1,60}(?=["']?\s*:)/.exec(text.slice(error.pos[0]).replace(/^["']/, ""))?.[0] ?? "the key";
      return `${looksSecret(key) ? "the key" : key} is written a second time in the same map; keep one`;
    }
    case "MULTIPLE_DOCS":
      return "a second document begins; a plan is one document, so remove the line ---";
    case "RESOURCE_EXHAUSTION":
      return "is nested too deeply to be a plan; check brackets and dashes";
    case "TAG_RESOLVE_FAILED":
      return "a tag (a word that begins with !) is not understood; remove it, or put the value in quotes";
    default:
      return `is not valid YAML: ${looksSecret(error.message) ? "it cannot be parsed" : error.message.toLowerCase()}; check indentation, colons and quotes`;
  }
}

/** A key that has no value means "as if it were not written", but must still be seen: it may be misspelt. */
function emptyAsUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => (item === null ? null : emptyAsUndefined(item)));
  if (typeof value !== "object" || value === null) return value ?? undefined;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, emptyAsUndefined(item)]));
}

/** Gives the path of every scalar with the form of a secret, be it a key or a value. */
function findSecrets(document: Document): PathFault[] {
  const faults: PathFault[] = [];
  const walk = (node: unknown, path: PropertyKey[]): void => {
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? String(key.value) : "";
        if (looksSecret(name)) report([...path, name]);
        walk(value, [...path, name]);
      }
    } else if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) walk(item, [...path, index]);
    } else if (isScalar(node) && typeof node.value === "string" && looksSecret(node.value)) {
      report(path);
    }
  };
  const report = (path: PropertyKey[]): void => {
    const fix = String(path.at(-1)).endsWith("url_secret")
      ? "write the NAME of the environment variable that holds it"
      : "keep it in an environment variable";
    faults.push({
      path,
      message: `${showPath(path)} holds what looks like a secret, and plans are committed; remove it, ${fix}, and change the secret if it was ever pushed`,
    });
  };
  walk(document.contents, []);
  return faults;
}

/** Reads a plan's text. Never throws: what is wrong is in `faults`. */
export function readDocument(text: string): PlanDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    // `silent` would also pass over a second document.
    logLevel: "error",
  });
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const problems = [...document.errors, ...document.warnings];
  const faults: Fault[] = problems.map((error) => ({ line: lineAt(error.pos[0]), message: explain(error, text) }));
  // What follows a fault of the syntax on its line is an echo of it.
  const usable = problems.every((error) => error.code === "DUPLICATE_KEY");
  const first = usable
    ? faults
    : faults.filter((fault, i) => faults.findIndex(({ line }) => line === fault.line) === i);
  let value: unknown;
  let converted = true;
  try {
    // Not on a broken tree: the library takes exponential time over maps that stand where keys are due.
    if (usable) value = emptyAsUndefined(document.toJS());
  } catch {
    converted = false;
    // The library's message would repeat the alias.
    first.push({ line: firstAliasLine(document, lineAt), message: deadAlias });
  }
  return {
    value,
    faults: first,
    usable: usable && converted,
    lineOf: (path) => lineAt(offsetOf(document, path)),
    secrets: findSecrets(document),
  };
}

const deadAlias =
  'an alias (a value that begins with *) names no anchor, or itself; mend it, or put the value in quotes such as "* * * * *"';

/** The line of the first alias without an anchor, or of the first alias at all: one of them could not be resolved. */
function firstAliasLine(document: Document, lineAt: (offset: number) => number): number {
  const aliases: { line: number; resolved: boolean }[] = [];
  visit(document, {
    Alias(_key, alias) {
      aliases.push({ line: lineAt(alias.range?.[0] ?? 0), resolved: alias.resolve(document) !== undefined });
    },
  });
  return (aliases.find(({ resolved }) => !resolved) ?? aliases[0])?.line ?? 1;
}

/** Where in the text the thing at a path begins: a scalar, or the key of a map or list. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? 0;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
      if (pair === undefined) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof part === "number") {
      node = node.items[part];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}
