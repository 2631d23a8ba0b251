import { z } from "zod";
import { searchable } from "../searchable.ts";

/** A time as PostgreSQL writes it under the pinned settings. It becomes a literal on the copy, so its form is checked. */
const clockReading = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,6})?\+00$/;

const sight = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("rows"),
    rows: z.int().nonnegative(),
    hash: z
      .string()
      .regex(/^-?\d+:-?\d+$/)
      .nullable(),
    of: z.int().positive().exactOptional(),
    at: z.string().regex(clockReading).exactOptional(),
    asked: z.literal("rows").exactOptional(),
  }),
  z.strictObject({ kind: z.literal("granted") }),
  z.strictObject({
    kind: z.literal("refused"),
    code: z.string().regex(/^[0-9A-Z]{5}$/),
    asked: z.enum(["rows", "count"]).exactOptional(),
  }),
  z.strictObject({ kind: z.literal("unread") }),
]);
/** Types and columns become SQL on the copy: columns are looked up among its own, types must be known. */
const chosenRows = z.strictObject({
  columns: z.array(z.string()).min(1),
  types: z.array(z.string().refine((type) => searchable.has(type))).min(1),
  rows: z.array(z.array(z.string())).min(1),
});

/** What each role may see, as census.json holds it. */
export const roleViewsSchema = z.strictObject({
  limit: z.int().positive(),
  roles: z.array(
    z.strictObject({ role: z.string(), rights: z.record(z.string(), z.string()), unfiltered: z.array(z.string()) }),
  ),
  perspectives: z.array(
    z.strictObject({
      role: z.string(),
      user: z.string().nullable(),
      app_roles: z.array(z.string()),
      sights: z.record(z.string(), sight),
      seconds: z.number(),
    }),
  ),
  chosen: z.record(z.string(), chosenRows).exactOptional(),
  users: z
    .strictObject({ table: z.string(), key: z.string(), key_type: z.string(), app_role_type: z.string().nullable() })
    .nullable(),
  unsteady: z.record(z.string(), z.strictObject({ why: z.string(), ask: z.boolean() })),
  unproven: z.array(z.string()),
});
