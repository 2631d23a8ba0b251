import { expect, test } from "vitest";
import { databasePlan } from "../../../test/support/proof.ts";
import { criticalThere, nothingYounger } from "./pitr-checks.ts";

test("a critical table is found whichever way its name is quoted", () => {
  const plan = databasePlan({ critical_tables: ["public.user", "public.orders"] });
  expect(criticalThere(plan, { 'public."user"': {}, "public.orders": {} }).status).toBe("passed");
  expect(criticalThere(plan, { "public.orders": {} })).toMatchObject({
    status: "failed",
    actual: "without public.user",
  });
});

test("rows that say that they are younger are a fault; where no table says when, nobody knows", () => {
  const loss = (younger: number | null) => ({ table: "public.orders", rows_now: 1, rows_then: null, younger });
  expect(nothingYounger([loss(0)], "then").status).toBe("passed");
  expect(nothingYounger([loss(0), loss(2)], "then")).toMatchObject({ status: "failed", actual: "public.orders: 2" });
  expect(nothingYounger([loss(null)], "then").status).toBe("not_run");
});
