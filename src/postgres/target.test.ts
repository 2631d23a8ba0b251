import fc from "fast-check";
import { expect, test } from "vitest";
import { redact } from "../base/redact.ts";
import { refuseTransactionPooler } from "./pooler.ts";
import { describeTarget, parseTarget, urlWithPassword } from "./target.ts";
import type { Target } from "./types.ts";

const parse = (url: string) => parseTarget(url, "ITHACA_DATABASE_URL");

test.each<[string, Partial<Target>]>([
  ["postgres://u:p@h/d", { host: "h", port: 5432, user: "u", password: "p", database: "d", sslmode: "prefer" }],
  ["postgresql://u@h:6000/d", { port: 6000 }],
  ["postgres://postgres.ref:p%40ss%3A%2F%23@pooler:5432/postgres", { user: "postgres.ref", password: "p@ss:/#" }],
  ["postgres://u:p@ss:word@h/d", { password: "p@ss:word", host: "h" }],
  ["postgres://u@[2001:db8::1]:5433/d", { host: "2001:db8::1", port: 5433 }],
  ["postgres://u@/d?host=/run/postgresql", { host: "/run/postgresql" }],
  ["postgres:///d?host=/run/postgresql&user=u", { host: "/run/postgresql", user: "u" }],
  ["postgres://u@%2Frun%2Fpostgresql/d", { host: "/run/postgresql" }],
  [
    "postgres://u@h/d?sslmode=verify-full&sslrootcert=/etc/ca%20x.crt",
    { sslmode: "verify-full", sslrootcert: "/etc/ca x.crt" },
  ],
  ["postgres://u@h/Weird%20%22db%22?application_name=x", { database: 'Weird "db"' }],
])("%s", (url, expected) => {
  expect(parse(url)).toMatchObject(expected);
});

test.each([
  ["mysql://u@h/d", "it does not begin with postgres://"],
  ["postgres://u@/d", "it has no host"],
  ["postgres://h/d", "it has no user"],
  ["postgres://u@h", "it has no database"],
  ["postgres://u@h/", "it has no database"],
  ["postgres://u:canary#word@h/d", "special characters in the password must be percent-encoded"],
  ["postgres://u:canary%zz@h/d", "its password has a % that begins no escape"],
  ["postgres://u@h/d%00", "its database name holds a zero byte"],
  ["postgres://u@h:70000/d", "its port is not a number from 1 to 65535"],
  ["postgres://u@h:5432x/d", "its port is not a number"],
  ["postgres://u@a,b/d", "it names more than one host"],
  ["postgres://u@h/d?sslmode=allow", "sslmode=allow is not known; use one of disable, prefer"],
  ["postgres://u@h/d?sslmod=require", "the parameter sslmod is not known"],
  ["postgres://u@h/d?sslmode=require&sslmode=disable", "sslmode stands in it twice"],
  ["postgres://u@h/d?pgbouncer=true", "pooler in transaction mode"],
])("%s is refused", (url, why) => {
  expect(() => parse(url)).toThrow(expect.objectContaining({ id: "postgres.bad_url", kind: "input" }));
  expect(() => parse(url)).toThrow(why);
  expect(() => parse(url)).not.toThrow("canary");
});

const text = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 30 })
  .filter((s) => !s.includes("\0") && s.isWellFormed());
const host = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6(),
  text.map((s) => `/run/${s}`).filter((s) => !s.includes(",")),
);

test("what is written is read back, whatever the characters", () => {
  const target = fc.record(
    {
      host,
      port: fc.integer({ min: 1, max: 65_535 }),
      database: text,
      user: text,
      password: text,
      sslmode: fc.constantFrom("disable" as const, "prefer" as const, "require" as const, "verify-full" as const),
      sslrootcert: text.filter((path) => path !== "system"),
    },
    { requiredKeys: ["host", "port", "database", "user", "sslmode"] },
  );
  fc.assert(
    fc.property(target, (wanted) => {
      expect(parse(urlWithPassword(wanted))).toEqual(wanted);
    }),
  );
});

test("the password is a secret from then on, in both its forms", () => {
  parse("postgres://u:can%20ary-4711@h/d");
  expect(redact("can ary-4711 can%20ary-4711")).toBe("*** ***");
});

test("a description has neither user nor password", () => {
  expect(describeTarget(parse("postgres://u:p@[::1]:5433/d"))).toBe("[::1]:5433/d");
});

test("port 6543 is refused for dumps, with the way out", () => {
  const pooler = parse("postgres://postgres.ref:p@aws-0-eu.pooler.supabase.com:6543/postgres");
  expect(() => refuseTransactionPooler(pooler)).toThrow(/transaction mode.*same host with port 5432/);
  expect(() => refuseTransactionPooler({ ...pooler, port: 5432 })).not.toThrow();
});
