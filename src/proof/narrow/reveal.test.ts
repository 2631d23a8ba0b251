import { join } from "node:path";
import { expect, test } from "vitest";
import { testDatabase } from "../../../test/support/database.ts";
import { proofContext } from "../../../test/support/proof.ts";
import { run } from "../../base/child-process.ts";
import { scratchDirectory } from "../../base/scratch.ts";
import { findClient } from "../../postgres/clients.ts";
import { connect } from "../../postgres/connect.ts";
import { libpqEnvironment } from "../../postgres/libpq-environment.ts";
import { withDatabase } from "../../postgres/target.ts";
import { unsafeRevealRows } from "./reveal.ts";

const encoding = "SQL_ASCII";

test("rows of a database without an encoding are shown, whatever their bytes are", async () => {
  await using beside = await testDatabase();
  await using scratch = await scratchDirectory("test");
  const name = `${beside.target.database}_bytes`;
  const target = withDatabase(beside.target, name);
  await beside.session.query(
    `CREATE DATABASE ${name} TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`,
  );
  try {
    await using session = await connect(target, { readOnly: false });
    await session.query(String.raw`CREATE TABLE public.t (id int PRIMARY KEY, v text);
      INSERT INTO public.t VALUES (1, E'\xff'), (2, E'\xc3\x28')`);
    const { path } = await findClient("pg_dump", 15);
    await using connection = await libpqEnvironment(target);
    await run(path, ["-Fd", "-Z0", `--encoding=${encoding}`, "-f", join(scratch.path, "dump")], connection);
    await session.query(String.raw`UPDATE public.t SET v = E'\xfe' WHERE id = 1`);
    const { manifest } = proofContext();
    const order = {
      manifest: { ...manifest, server: { ...manifest.server, encoding } },
      directory: scratch.path,
      target,
    };
    expect(await unsafeRevealRows(order, ["public.t"])).toMatchObject([
      { table: "public.t", totals: { missing: 0, extra: 0, changed: 1 } },
    ]);
  } finally {
    await beside.session.query(`DROP DATABASE ${name} WITH (FORCE)`);
  }
});
