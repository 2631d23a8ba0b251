import { chmodSync, copyFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { archived, type Moment, moment, physical, restoreFrom } from "../../../test/support/archived.ts";
import { type S3Server, s3Server } from "../../../test/support/s3-server.ts";
import { freePort } from "../../../test/support/tls-server.ts";
import { type Scratch, scratchDirectory } from "../../base/scratch.ts";
import { connect } from "../../postgres/connect.ts";
import type { Session } from "../../postgres/types.ts";
import { proveBothSides } from "../point-in-time/two-sided.ts";
import { type ArchivedCluster, startArchivedCluster } from "./archived-cluster.ts";
import { readAround } from "./read-around.ts";

/*
 * A server with a tablespace that archives into a bucket behind TLS, and was taken back once already. Its history, in
 * rows: 1 on the first timeline; 2, which was a mistake, on the first timeline; back to 1 by a person; 3 on the second timeline.
 */
let s3: S3Server;
let folder: Scratch;
let production: ArchivedCluster;
const after = new Map<number, Moment>();
const at = (row: number) => after.get(row)?.at ?? "";

async function ask<T>(work: (session: Session) => Promise<T>): Promise<T> {
  await using session = await connect(production.target, { readOnly: false });
  return await work(session);
}

/** Writes a row, and gives the moment right after it. */
async function write(row: number): Promise<Moment> {
  return await ask(async (session) => {
    await session.query("INSERT INTO public.log VALUES ($1)", [row]);
    const found = await moment(session);
    // Something must come after a point, for both sides of it to be proved.
    await session.query("UPDATE public.log SET row = row");
    return found;
  });
}

beforeAll(async () => {
  s3 = await s3Server("archive");
  folder = await scratchDirectory("bucket");
  chmodSync(folder.path, 0o755);
  // The server's own OS user has to read it.
  const ca = join(folder.path, "ca.pem");
  copyFileSync(s3.env.RESTIC_CACERT ?? "", ca);
  chmodSync(ca, 0o644);
  const { port } = new URL((s3.env.RESTIC_REPOSITORY ?? "").slice("s3:".length));
  production = await startArchivedCluster(
    {},
    {
      port: await freePort(),
      lines: [
        "repo1-type=s3",
        "repo1-path=/production",
        "repo1-bundle=y",
        "repo1-s3-endpoint=localhost",
        `repo1-storage-port=${port}`,
        `repo1-storage-ca-file=${ca}`,
        "repo1-s3-uri-style=path",
        "repo1-s3-bucket=archive",
        "repo1-s3-region=us-east-1",
        `repo1-s3-key=${s3.env.AWS_ACCESS_KEY_ID}`,
        `repo1-s3-key-secret=${s3.env.AWS_SECRET_ACCESS_KEY}`,
      ],
    },
  );
  const space = join(dirname(production.data), "space");
  await ask(async (session) => {
    await session.query(`COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; mkdir -m 700 ${space}'`);
    await session.query(`CREATE TABLESPACE apart LOCATION '${space}'`);
    await session.query("CREATE TABLE public.log (row int) TABLESPACE apart");
  });
  await production.backUp("full");
  for (const row of [1, 2]) after.set(row, await write(row));
  await ask(archived);
  // The line that a look prints for production's own host.
  const target = `--target=${after.get(1)?.lsn}`;
  await production.goBack("--type=lsn", target, "--target-exclusive", "--target-action=promote", "--target-timeline=1");
  after.set(3, await write(3));
  await ask(archived);
}, 120_000);
afterAll(async () => {
  await production?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
  await s3?.[Symbol.asyncDispose]();
});

test.each<[string, number, string, number[]]>([
  ["before the fork, along the timeline that production is on", 1, "2", [1]],
  ["after the fork, along the timeline that production is on", 3, "2", [1, 3]],
  ["what was given up when production was taken back", 2, "1", [1, 2]],
])("from a bucket, with a tablespace: %s", async (_, row, timeline, rows) => {
  const point = physical(at(row));
  await using copy = await restoreFrom(production, point, { timeline });
  await using then = await connect(copy.target, { readOnly: true });
  expect(await then.query("SELECT row FROM public.log ORDER BY 1")).toEqual(rows.map((one) => ({ row: one })));
  const { checks } = await proveBothSides(then, point, await readAround(copy));
  expect(checks.map(({ id, status }) => `${id} ${status}`)).toEqual(["point.before passed", "point.after passed"]);
  const [place] = await then.query<{ path: string }>(
    "SELECT pg_tablespace_location(oid) AS path FROM pg_tablespace WHERE spcname = 'apart'",
  );
  expect(place?.path.startsWith(copy.site.home)).toBe(true);
});
