import { expect, test } from "vitest";
import { testDatabase } from "../../test/support/database.ts";
import { connect } from "./connect.ts";

test("a read-only session cannot write", async () => {
  await using database = await testDatabase();
  await using session = await connect(database.target, { readOnly: true });
  await expect(session.query("CREATE TABLE public.t (a int)")).rejects.toMatchObject({ code: "25006" });
});
