import { connect as connectSocket, createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { auditEntry, auditId } from "../../test/support/audit.ts";
import { transactionPooler } from "../../test/support/transaction-pooler.ts";
import { startCluster } from "../postgres/cluster.ts";
import { connect } from "../postgres/connect.ts";
import { withDatabase } from "../postgres/target.ts";
import type { Session, Target, Throwaway } from "../postgres/types.ts";
import type { AuditEntry } from "./entry.ts";
import { mirror } from "./mirror.ts";
import { migration } from "./sql.ts";

/* A server of its own: the role of the mirror belongs to a server, and other tests compare the roles of theirs. */

let server: Throwaway;
let plain: Target;
let session: Session;
let target: Target;
let count = 0;

beforeAll(async () => {
  server = await startCluster();
  plain = withDatabase(server.target, "plain");
  await using admin = await connect(server.target, { readOnly: false });
  await admin.query("CREATE DATABASE plain TEMPLATE template0");
  await using owner = await connect(plain, { readOnly: false });
  await owner.query(migration());
  await owner.query("ALTER ROLE ithaca_audit LOGIN; CREATE ROLE nobody LOGIN");
});
afterAll(() => server.destroy());

const limits = { signal: new AbortController().signal, connectWithin: 5000, within: 20_000 };
const auditor = (to: Target): Target => ({ ...to, user: "ithaca_audit" });

beforeEach(async () => {
  count += 1;
  const name = `mirror_${count}`;
  await using admin = await connect(server.target, { readOnly: false });
  await admin.query(`CREATE DATABASE ${name} TEMPLATE plain`);
  target = withDatabase(server.target, name);
  session = await connect(target, { readOnly: false });
  return () => session[Symbol.asyncDispose]();
});

const night = Array.from({ length: 1200 }, (_, i) => auditEntry(i));
const stored = async () =>
  (await session.query<{ id: string }>("SELECT id FROM public.backup_audit_log ORDER BY entry")).map(({ id }) => id);
const idsOf = (entries: readonly AuditEntry[]) => entries.map(({ id }) => id);

test("adds what is lacking, in order and once, however often it is asked", async () => {
  expect(await mirror(auditor(target), night.slice(0, 3), limits)).toEqual({ added: 3, refused: [] });
  // The database was away for a while: the rest comes all at once.
  expect(await mirror(auditor(target), night, limits)).toEqual({ added: 1197, refused: [] });
  expect(await mirror(auditor(target), night, limits)).toEqual({ added: 0, refused: [] });
  expect(await stored()).toEqual(idsOf(night));
});

test("entries of a run that was slow to publish come later, and stand where they belong by their time", async () => {
  await mirror(auditor(target), night.slice(5, 10), limits);
  expect(await mirror(auditor(target), night.slice(0, 10), limits)).toEqual({ added: 5, refused: [] });
  expect(await stored()).toEqual(idsOf([...night.slice(5, 10), ...night.slice(0, 5)]));
  const byTime = await session.query<{ id: string }>("SELECT id FROM public.backup_audit_log ORDER BY performed_at");
  expect(byTime.map(({ id }) => id)).toEqual(idsOf(night.slice(0, 10)));
});

test("several runs at the same time give every entry once", async () => {
  const part = night.slice(0, 40);
  await Promise.all(Array.from({ length: 4 }, () => mirror(auditor(target), part, limits)));
  expect((await stored()).sort()).toEqual(idsOf(part).sort());
});

test("a run that was cut off in the middle is caught up", async () => {
  // The 600th entry is in the second statement; an interruption there leaves the first.
  await session.query("ALTER TABLE public.backup_audit_log ADD CONSTRAINT cut CHECK (details->>'cut' IS NULL)");
  await session.query(`CREATE FUNCTION public.cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF new.id = '${auditId(600)}' THEN RAISE EXCEPTION 'cut' USING ERRCODE = '57014'; END IF; RETURN new; END $$;
    CREATE TRIGGER cut BEFORE INSERT ON public.backup_audit_log FOR EACH ROW EXECUTE FUNCTION public.cut()`);
  await expect(mirror(auditor(target), night, limits)).rejects.toMatchObject({ id: "audit.mirror_failed" });
  expect(await stored()).toEqual(idsOf(night.slice(0, 500)));
  await session.query("DROP TRIGGER cut ON public.backup_audit_log");
  await mirror(auditor(target), night, limits);
  expect(await stored()).toEqual(idsOf(night));
});

test("a database that was restored to an older state gets back what happened since", async () => {
  await mirror(auditor(target), night.slice(0, 10), limits);
  await using admin = await connect(server.target, { readOnly: false });
  await session[Symbol.asyncDispose]();
  const restored = `${target.database}_restored`;
  await admin.query(`CREATE DATABASE ${restored} TEMPLATE ${target.database}`);
  session = await connect(target, { readOnly: false });
  await mirror(auditor(target), night.slice(0, 25), limits);
  await session[Symbol.asyncDispose]();
  session = await connect(withDatabase(target, restored), { readOnly: false });
  expect(await mirror(auditor(session.target), night.slice(0, 26), limits)).toEqual({ added: 16, refused: [] });
  expect(await stored()).toEqual(idsOf(night.slice(0, 26)));
});

test("an entry that the table refuses does not hold up the others", async () => {
  await session.query("ALTER TABLE public.backup_audit_log ADD CONSTRAINT known CHECK (operation_type <> 'watch')");
  const odd = auditEntry(1, { operation_type: "watch" });
  const given = [auditEntry(0), odd, auditEntry(2)];
  expect(await mirror(auditor(target), given, limits)).toEqual({ added: 2, refused: [odd.id] });
  expect(await stored()).toEqual([auditId(0), auditId(2)]);
});

test.each([
  ["no table", () => withDatabase(server.target, "template1"), "audit.no_table"],
  ["nobody there", () => ({ ...plain, host: "/nonexistent" }), "postgres.unreachable"],
  ["the wrong role", () => ({ ...plain, user: "nobody" }), "audit.mirror_failed"],
])("%s is one sentence", async (_name, where, id) => {
  const given = where();
  const who = given.user === "nobody" ? given : auditor(given);
  await expect(mirror(who, night.slice(0, 1), limits)).rejects.toMatchObject({ id, kind: "surroundings" });
});

test("through a pooler that lends its sessions on, nothing is added and nothing is set", async () => {
  await using pooler = await transactionPooler(auditor(target));
  await expect(mirror(pooler.target, night, limits)).rejects.toMatchObject({ id: "postgres.transaction_pooler" });
  expect(await pooler.settings()).toEqual([]);
  expect(await stored()).toEqual([]);
});

test("a table that is locked, or a server that says nothing any more, is given up in time", async () => {
  await session.query("BEGIN; LOCK TABLE public.backup_audit_log");
  const short = { ...limits, within: 300 };
  await expect(mirror(auditor(target), night, short)).rejects.toMatchObject({ id: "audit.mirror_timeout" });
  // A connection that goes dead after its start: what passes through stops after the first bytes.
  const proxy = createServer((client) => {
    const upstream = connectSocket(`${server.target.host}/.s.PGSQL.${server.target.port}`);
    client.pipe(upstream);
    let bytes = 0;
    upstream.on("data", (chunk) => {
      bytes += chunk.length;
      if (bytes < 900) client.write(chunk);
    });
    client.on("error", () => {});
    client.on("close", () => upstream.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const address = proxy.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const silent = { ...auditor(target), host: "127.0.0.1", port };
  await expect(mirror(silent, night, { ...short, connectWithin: 400 })).rejects.toMatchObject({
    id: expect.stringMatching(/audit.mirror_timeout|postgres.timeout/),
  });
  proxy.close();
});
