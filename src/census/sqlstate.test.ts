import { expect, test } from "vitest";
import { postgresErrors } from "../postgres/errors.ts";
import { explainReadError, isMoved, isTooLarge } from "./sqlstate.ts";

const server = (code: string, message = "canary-row") => Object.assign(new Error(message), { code });

test.each([
  ["55P03", "census.locked"],
  ["57014", "census.cancelled"],
  ["40001", "census.cancelled"],
  ["42501", "census.forbidden"],
  ["42P01", "census.definitions_moved"],
  ["53200", "census.exhausted"],
  ["08006", "census.connection_lost"],
  ["XX001", "census.damaged_rows"],
  ["22P03", "census.damaged_rows"],
  ["0A000", "census.refused"],
])("%s is %s, and the server's own words are not repeated", (code, id) => {
  const error = explainReadError(server(code), "public.t", 2000);
  expect(error).toMatchObject({ id, message: expect.stringContaining("public.t") });
  expect(String(error)).not.toContain("canary-row");
});

test("what is a sentence already, or no error of the server, stays what it is", () => {
  const lost = postgresErrors.connection_lost({ where: "here", why: "gone" });
  expect(explainReadError(lost, "public.t")).toBe(lost);
  const bug = new TypeError("x is undefined");
  expect(explainReadError(bug, "public.t")).toBe(bug);
});

test("an internal error may be a row that is too long, a definition that vanished, or neither", () => {
  expect(isTooLarge(server("54000"))).toBe(true);
  expect(isTooLarge(server("XX000", "invalid memory alloc request size 1258291203"))).toBe(true);
  expect(isTooLarge(server("XX000", "something else"))).toBe(false);
  expect(isMoved(server("XX000", "cache lookup failed for function 16400"))).toBe(true);
  expect(isMoved(server("XX000", "something else"))).toBe(false);
  expect(isMoved(new Error("cache lookup failed"))).toBe(false);
});
