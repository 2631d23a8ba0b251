import { randomBytes } from "node:crypto";
import { link, open, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { codeOf } from "../base/errors.ts";
import { redact } from "../base/redact.ts";

/** Replaces secrets in every string, before JSON's escapes could hide one. */
export function redactAll<T>(value: T): T {
  return mapStrings(value, redact);
}

/** The same value with every string of it changed; keys stay. */
export function mapStrings<T>(value: T, change: (text: string) => string): T {
  const walk = (item: unknown): unknown => {
    if (typeof item === "string") return change(item);
    if (Array.isArray(item)) return item.map(walk);
    if (typeof item !== "object" || item === null) return item;
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, walk(inner)]));
  };
  return walk(value) as T;
}

/** A run's id as a part of a file name. */
export function fileSafe(id: string): string {
  return (
    id
      .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
      .replaceAll(/\.{2,}/g, ".")
      .slice(0, 80) || "run"
  );
}

/**
 * Puts a file in its place, whole or not at all, and never over another: a temporary file beside it is linked to the
 * name. False where the name is taken.
 */
export async function placeFile(path: string, text: string): Promise<boolean> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString("hex")}.tmp`);
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(temporary, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}
