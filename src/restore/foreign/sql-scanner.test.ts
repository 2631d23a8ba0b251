import fc from "fast-check";
import { expect, test } from "vitest";
import type { ScanEvent } from "./scan-event.ts";
import { SqlScanner } from "./sql-scanner.ts";

/** Reads a text in pieces of the given lengths. */
function scan(text: string, lengths: readonly number[] = []): ScanEvent[] {
  const scanner = new SqlScanner();
  const bytes = Buffer.from(text);
  const events: ScanEvent[] = [];
  let from = 0;
  for (const length of [...lengths, bytes.length]) {
    events.push(...scanner.push(bytes.subarray(from, from + length)));
    from += length;
    if (from >= bytes.length) break;
  }
  return [...events, ...scanner.end()];
}

const statements = (events: readonly ScanEvent[]) =>
  events.flatMap((event) => (event.kind === "statement" ? [event.sql] : []));

/** Pieces of a statement that may hold what ends one elsewhere. */
const piece = fc.oneof(
  fc.constantFrom(
    "SELECT",
    "a",
    "$1",
    "1 - 2",
    "a->>'b'",
    "x / y",
    "E'\\'; '",
    "e'a\\\\'",
    "U&'\\0041;'",
    "(a; b)",
    "*",
  ),
  fc.string({ unit: "grapheme" }).map((text) => `'${text.replaceAll("\0", "").replaceAll("'", "''")}'`),
  fc.string({ unit: "grapheme" }).map((text) => `"${text.replaceAll("\0", "").replaceAll('"', '""')}x"`),
  fc.string().map((text) => `$tag$${text.replaceAll(/[\0$]/g, "")};$$;'$tag$`),
  fc.string().map((text) => `$$${text.replaceAll(/[\0$]/g, "")};$a$;"$$`),
  fc.string().map((text) => `/* ${text.replaceAll(/[\0*/]/g, "")}; /* ' */ " */`),
  fc.string().map((text) => `-- ${text.replaceAll(/[\0\n\r]/g, "")};'\n`),
);
const statement = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => `SELECT ${pieces.join(" ")} ;`);
const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 60 });

test("statements come out as they went in, however the text is cut into pieces", () => {
  fc.assert(
    fc.property(fc.array(statement, { maxLength: 6 }), cuts, (written, lengths) => {
      expect(statements(scan(written.join("\n"), lengths))).toEqual(written);
    }),
  );
});

const rowsOf = (events: readonly ScanEvent[]) =>
  Buffer.concat(events.flatMap((event) => (event.kind === "rows" ? [event.rows] : []))).toString();

test("rows of COPY come out as they went in, and end at their marker only", () => {
  const line = fc.string().map((text) => text.replaceAll(/[\n\r\0]/g, "").replaceAll("\\", "\\\\"));
  fc.assert(
    fc.property(fc.array(line), cuts, (lines, lengths) => {
      const rows = lines.map((one) => `${one}\n`).join("");
      const events = scan(`COPY public.t (a) FROM stdin;\n${rows}\\.\n\nSELECT 1;\n`, lengths);
      expect(rowsOf(events)).toBe(rows);
      expect(statements(events)).toEqual(["COPY public.t (a) FROM stdin;", "SELECT 1;"]);
      expect(events.filter(({ kind }) => kind === "rows-end")).toHaveLength(1);
      for (const event of events) if (event.kind === "rows") expect(event.rows.at(-1)).toBe(10);
    }),
  );
});

test("a body in standard SQL and a rule of many commands are one statement each", () => {
  const body = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;";
  const rule = "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2);";
  const transaction = ["BEGIN;", "SELECT 1;", "END;"];
  expect(statements(scan([body, rule, ...transaction].join("\n")))).toEqual([body, rule, ...transaction]);
});

test("psql's commands are told by their line, in the middle of a statement too", () => {
  const events = scan("SELECT '\n\\no command';\nSELECT 1 \\gexec\n\\! rm\n");
  expect(events.filter(({ kind }) => kind === "command")).toEqual([
    { kind: "command", text: "\\gexec", line: 3, within: 3 },
    { kind: "command", text: "\\! rm", line: 4, within: null },
  ]);
});

test("a text that ends too early says where", () => {
  expect(scan("SELECT 1;\nSELECT 'x").at(-1)).toEqual({ kind: "cut", where: "statement", line: 2 });
  expect(scan("COPY t FROM stdin;\n1\n2").at(-1)).toEqual({ kind: "cut", where: "rows", line: 3 });
  expect(scan("SELECT 1;\n-- end\n").at(-1)).toEqual({ kind: "comment", text: "end" });
});

test("lines that went through Windows end rows as well", () => {
  const events = scan("COPY t FROM stdin;\r\n1\r\n\\.\r\nSELECT 1;\r\n");
  expect(rowsOf(events)).toBe("1\r\n");
  expect(statements(events)).toHaveLength(2);
});
