import fc from "fast-check";
import { expect, test } from "vitest";
import { blankValues, knownNames } from "./blank.ts";

const names = new Set(["public", "children", "own rows", "p 😀", "h", "c", "Weird"]);

test.each([
  ['invalid input syntax for type uuid: "7b0a8c1e-canary"', 'invalid input syntax for type uuid: "***"'],
  ['relation "public.children" does not exist', 'relation "public.children" does not exist'],
  ['relation "public.secret" does not exist', 'relation "***" does not exist'],
  ['policy "p 😀" for table "children" already exists', 'policy "p 😀" for table "children" already exists'],
  ["function h(text) does not exist", "function h(text) does not exist"],
  [
    'new row for relation "children" violates check constraint "c"',
    'new row for relation "children" violates check constraint "c"',
  ],
  ["user jane.doe@example.org is not permitted", "user *** is not permitted"],
  ["value too long for type character varying(5)", "value too long for type character varying(***)"],
  ["date/time field value out of range: '2026-13-45'", "date/time field value out of range: '***'"],
  ["null value\nDETAIL: Failing row contains (canary)", "null value"],
  ["Строка 4711 ☎ 0151", "***"],
  ['unbalanced " canary', "***"],
])("%j becomes %j", (message, blanked) => {
  expect(blankValues(message, names)).toBe(blanked);
});

/** Values as rows hold them; each carries letters that are no word of the server's. */
const canary = fc
  .tuple(fc.string({ unit: "grapheme", maxLength: 12 }), fc.constantFrom(" ", "", "\n", '"', "'", ", ", "@", "=", "/"))
  .map(([text, mark]) => `CANARY7${text}${mark}CANARY8`);
const messages = fc.constantFrom(
  (v: string) => `invalid input syntax for type uuid: "${v}"`,
  (v: string) => `value ${v} is not allowed`,
  (v: string) => v,
  (v: string) => `user '${v}' of "children" failed: ${v}`,
  (v: string) => `relation "${v}" does not exist`,
  (v: string) => `Key (id)=(${v}) already exists.`,
);

test("no value survives, whatever it is and wherever it stands", () => {
  fc.assert(
    fc.property(messages, canary, (message, value) => {
      expect(blankValues(message(value), names)).not.toMatch(/CANARY/);
    }),
    { numRuns: 1000 },
  );
});

test("digits, addresses and names of people do not survive either", () => {
  const value = fc.oneof(fc.emailAddress(), fc.uuid(), fc.integer({ min: 10, max: 1e9 }).map(String));
  fc.assert(
    fc.property(messages, value, (message, secret) => {
      expect(blankValues(message(secret), names)).not.toContain(secret);
    }),
  );
});

test("names come from entries and their definitions, literals and numbers do not", () => {
  const known = knownNames([
    {
      desc: "TABLE",
      namespace: "public",
      tag: "children",
      owner: "postgres",
      defn: `CREATE TABLE public.children (\n    "Full Name" text DEFAULT 'canary' CHECK (x < 4711)\n);`,
    },
    {
      desc: "FUNCTION",
      namespace: "public",
      tag: "f(text, uuid)",
      owner: "postgres",
      defn: "CREATE FUNCTION f() AS $$canary$$;",
    },
    { desc: "BLOB", namespace: null, tag: "4242", owner: "postgres", defn: "" },
  ]);
  expect(known.has("Full Name")).toBe(true);
  expect(known.has("f")).toBe(true);
  for (const value of ["canary", "4711", "4242"]) expect(known.has(value)).toBe(false);
});
