import fc from "fast-check";
import { expect, test } from "vitest";
import { archiveEntry } from "../../test/support/archive-entry.ts";
import { judge } from "./allow.ts";
import { parseStderr, toLedger } from "./ledger.ts";

/** What pg_restore 15 wrote with --verbose --jobs=2, two workers writing at once included. */
const real = `pg_restore: connecting to database for restore
pg_restore: creating TABLE "public.g"
pg_restore: while PROCESSING TOC:
pg_restore: from TOC entry 222; 1259 30877 TABLE g gone
pg_restore: error: could not execute query: ERROR:  role "gone" does not exist
Command was: ALTER TABLE public.g OWNER TO gone;

pg_restore: entering main parallel loop
pg_restore: launching item 3387 TABLE DATA ok
pg_restore: from TOC entry 3387; 0 30873 TABLE DATA ok postgres
pg_restore: error: COPY failed for table "ok": ERROR:  invalid input syntax for type integer: "notanumber_CANARY"
CONTEXT:  COPY ok, line 1, column a: "notanumber_CANARY"
pg_restore: finished item 3387 TABLE DATA ok
pg_restore: from TOC entry 3231; 1259 30840 INDEX idx_f_idx postgres
pg_restore: error: could not execute query: ERROR:  function h(text) does not exist
LINE 1: select h($1)
               ^
HINT:  No function matches the given name and argument types. You might need to add explicit type casts.
QUERY:  select h($1)
CONTEXT:  SQL function "f" during inlining
Command was: CREATE INDEX idx_f_idx ON public.idx USING btree (public.f(v));


pg_restore: pg_restore: from TOC entry 3236; 2606 30854 FK CONSTRAINT ch fk postgres
processing data for table "public.reg"
pg_restore: error: could not execute query: ERROR:  insert or update on table "ch" violates foreign key constraint "fk"
DETAIL:  Key (p)=(11111111-aaaa-bbbb-cccc-222222222222) is not present in table "par2".
Command was: ALTER TABLE ONLY public.ch
    ADD CONSTRAINT fk FOREIGN KEY (p) REFERENCES public.par2(id);


pg_restore: finished main parallel loop
pg_restore: warning: errors ignored on restore: 11`;

const entry = (dumpId: number, desc: string, tag: string) => archiveEntry(dumpId, desc, tag, { namespace: "public" });

const entries = [
  entry(222, "TABLE", "g"),
  entry(3387, "TABLE DATA", "ok"),
  entry(3231, "INDEX", "idx_f_idx"),
  entry(3236, "FK CONSTRAINT", "ch fk"),
];

test("every error of a tolerant run is in the ledger, under its entry, without values", () => {
  const { errors, ranToItsEnd } = parseStderr(real, 1);
  expect(ranToItsEnd).toBe(true);
  const ledger = toLedger(errors, entries, new Set(["gone", "ch", "fk", "h"]));
  expect(ledger).toEqual([
    { object: "TABLE public g", message: 'role "gone" does not exist' },
    { object: "TABLE DATA public ok", message: 'COPY failed: invalid input syntax for type integer: "***"' },
    { object: "INDEX public idx_f_idx", message: "function h(text) does not exist" },
    {
      object: "FK CONSTRAINT public ch fk",
      message: 'insert or update on table "ch" violates foreign key constraint "fk"',
    },
  ]);
  expect(JSON.stringify(ledger)).not.toMatch(/CANARY|11111111/);
});

test("many errors of one entry stay with it", () => {
  const stderr = `pg_restore: from TOC entry 222; 1259 1 TABLE g x
pg_restore: error: could not execute query: ERROR:  one
pg_restore: error: could not execute query: ERROR:  two
pg_restore: warning: errors ignored on restore: 2`;
  expect(parseStderr(stderr, 1).errors.map((error) => error.dumpId)).toEqual([222, 222]);
});

test("with two workers at once an error belongs to the entry whose statement failed", () => {
  const stderr = `pg_restore: from TOC entry 7; 1259 1 INDEX i postgres
pg_restore: from TOC entry 8; 2606 2 FK CONSTRAINT ch fk postgres
pg_restore: error: could not execute query: ERROR:  function h(text) does not exist
Command was: CREATE INDEX i ON public.t USING btree (public.f(v));

pg_restore: error: could not execute query: ERROR:  no such table
Command was: ALTER TABLE ONLY public.ch
    ADD CONSTRAINT fk FOREIGN KEY (p) REFERENCES public.par2(id);

pg_restore: error: could not execute query: ERROR:  role "gone" does not exist
Command was: ALTER TABLE public.g OWNER TO gone;
`;
  const entries = [
    { ...entry(7, "INDEX", "i"), defn: "CREATE INDEX i ON public.t USING btree (public.f(v));\n" },
    {
      ...entry(8, "FK CONSTRAINT", "ch fk"),
      defn: "ALTER TABLE ONLY public.ch\n    ADD CONSTRAINT fk FOREIGN KEY ...;",
    },
  ];
  const ledger = toLedger(parseStderr(stderr, 1).errors, entries, new Set());
  expect(ledger.map(({ object }) => object.split(" ")[0])).toEqual(["INDEX", "FK", "FK"]);
});

test("two workers' messages that fell into each other, as pg_restore 15 wrote them, lose no error", () => {
  const stderr = `pg_restore:pg_restore:  while PROCESSING TOC:
pg_restore: pg_restore: from TOC entry 7; 1259 1 INDEX i postgres
pg_restore:skipping item 3365 TABLE DATA child
 error: pg_restore: could not execute query: ERROR:  function h(text) does not exist
LINE 1: h($1)
Command was: CREATE INDEX i ON public.t USING btree (public.f(v));


pg_restore: skipping item 3366 TABLE DATA checked
pg_restore: warning: errors ignored on restore: 2`;
  expect(parseStderr(stderr, 1)).toMatchObject({
    ranToItsEnd: true,
    errors: [{ dumpId: 7, message: "ERROR:  function h(text) does not exist" }],
  });
});

test("an error without a statement does not take the next one's, however that begins", () => {
  const stderr = `pg_restore: from TOC entry 3387; 0 30873 TABLE DATA ok postgres
pg_restore:pg_restore: error: COPY failed for table "ok": ERROR:  invalid input syntax for type integer: "x"
CONTEXT:  COPY ok, line 1, column a: "x"
 error: could not execute query: ERROR:  one
Command was: CREATE INDEX i ON public.t (a);
`;
  const { errors } = parseStderr(stderr, 1);
  expect(errors.map(({ command }) => command)).toEqual([undefined, "CREATE INDEX i ON public.t (a);"]);
});

/** The writes of a worker: pg_restore's name, the severity and the message come one by one. */
function writesOf(worker: string, failing: readonly boolean[]): string[] {
  return failing.flatMap((fails, index) => [
    "pg_restore:",
    " ",
    ...(fails
      ? ["error: ", `could not execute query: ERROR:  ${worker}${index}\nCommand was: SELECT ${index};\n\n\n`]
      : [`processing data for table "public.t${index}"\n`]),
  ]);
}

test("however two workers' writes fall, every error is found once", () => {
  const worker = fc.array(fc.boolean(), { maxLength: 4 });
  const turns = fc.array(fc.boolean(), { maxLength: 40 });
  fc.assert(
    fc.property(worker, worker, turns, (one, other, order) => {
      const left = writesOf("a", one);
      const right = writesOf("b", other);
      const mixed = order.map((first) => (first ? left : right).shift() ?? "");
      const { errors } = parseStderr([...mixed, ...left, ...right].join(""), 0);
      const expected = [
        ...one.flatMap((fails, index) => (fails ? [`ERROR:  a${index}`] : [])),
        ...other.flatMap((fails, index) => (fails ? [`ERROR:  b${index}`] : [])),
      ];
      expect(errors.map(({ message }) => message).sort()).toEqual(expected.sort());
    }),
    { numRuns: 2000 },
  );
});

test("an error whose text cannot be found is counted", () => {
  const stderr = `pg_restore: error: pg_restore: processing data for table "public.t"
the connection was lost`;
  expect(parseStderr(stderr, 1).errors).toEqual([
    { dumpId: null, message: "pg_restore reported more errors than can be told apart (1, and 0 can)" },
  ]);
});

test("a table's name may hold line breaks", () => {
  const stderr = `pg_restore: error: COPY failed for table "t "q
nl 😀": ERROR:  value too long for type character(3)
CONTEXT:  COPY t, line 1`;
  expect(parseStderr(stderr, 1).errors[0]?.message).toBe("COPY failed: ERROR:  value too long for type character(3)");
});

test("a run that died is told from one that went through", () => {
  const died = `pg_restore: error: could not open input file "x/3385.dat": No such file or directory
pg_restore: error: a worker process died unexpectedly`;
  expect(parseStderr(died, 1)).toMatchObject({ ranToItsEnd: false, errors: [{}, {}] });
  expect(parseStderr("", 139)).toEqual({
    ranToItsEnd: false,
    errors: [{ dumpId: null, message: "pg_restore ended with exit code 139 and gave no readable reason" }],
  });
  expect(parseStderr("pg_restore: connecting to database for restore", 0)).toEqual({ ranToItsEnd: true, errors: [] });
});

const exception = { reason: "the legacy index goes next week", owner: "data team", expires: "2026-11-30" };
const found = [{ object: "INDEX public idx_f_idx", message: "function h(text) does not exist" }];

test.each([
  ["a part of the message", { restore_error: "h(text) does not exist" }, exception.reason],
  ["its object", { restore_error: "does not exist", object: "INDEX public idx_f_idx" }, exception.reason],
  ["another object", { restore_error: "does not exist", object: "INDEX public other" }, null],
  ["another message", { restore_error: "already exists" }, null],
  ["a check, not an error", { check: "definitions.equality" }, null],
  ["an excuse of the past", { restore_error: "does not exist", expires: "2026-11-21" }, null],
])("the plan's exception names %s", (_, part, allowedBy) => {
  const [error] = judge(found, [{ ...exception, ...part }], new Date("2026-11-22T02:00:00Z"));
  expect(error?.allowed_by).toBe(allowedBy);
});

test("the one built-in rule covers the loader's own setting and nothing else", () => {
  const message = 'unrecognized configuration parameter "transaction_timeout"';
  const now = new Date();
  expect(judge([{ object: "", message }], [], now)[0]?.allowed_by).toBe("loader-setting");
  expect(judge([{ object: "FUNCTION public f", message }], [], now)[0]?.allowed_by).toBeNull();
  expect(judge([{ object: "", message: `${message} or so` }], [], now)[0]?.allowed_by).toBeNull();
});
