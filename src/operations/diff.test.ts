import { expect, test } from "vitest";
import { testDatabase } from "../../test/support/database.ts";
import { census, table } from "../../test/support/proof.ts";
import { onlyRefreshed } from "./diff.ts";

test("a materialized view whose source was stale is no difference; one that holds other rows than it defines is", async () => {
  await using copy = await testDatabase();
  await copy.session.query(`
    CREATE TABLE public.t (id int); INSERT INTO public.t VALUES (1);
    CREATE MATERIALIZED VIEW public.fresh AS SELECT id FROM public.t;
    CREATE MATERIALIZED VIEW public.harmed AS SELECT id FROM public.t WITH NO DATA;
    REFRESH MATERIALIZED VIEW public.harmed;
    INSERT INTO public.t VALUES (2);
    REFRESH MATERIALIZED VIEW public.fresh`);
  const view = table(0, "0:0", { kind: "matview" });
  const expected = census({ tables: { "public.fresh": view, "public.harmed": view, "public.t": table(1) } });
  const differing = Object.keys(expected.tables).map((name) => ({ table: name, expected: "", actual: "" }));
  expect(await onlyRefreshed(copy.target, expected, differing)).toEqual(["public.fresh"]);
});
