import type { FileDamage } from "../types.ts";

const page = 8192;

/** Damage that a disk does below PostgreSQL: no statement ever ran. */
export const fileDamages: readonly FileDamage[] = [
  {
    kind: "the header of a page overwritten",
    on: "odyssey",
    relation: "public.lessons",
    harm: (bytes) => bytes.fill(0xff, 0, 24),
  },
  {
    kind: "a page of a table zeroed",
    on: "odyssey",
    relation: "public.lessons",
    harm: (bytes) => bytes.fill(0, 0, page),
  },
  {
    kind: "the end of a table's file lost",
    on: "odyssey",
    relation: "public.lessons",
    harm: (bytes) => bytes.subarray(0, page),
  },
  {
    kind: "letters changed on the page",
    on: "odyssey",
    relation: "public.lessons",
    harm(bytes) {
      const at = bytes.lastIndexOf("lesson");
      if (at >= 0) bytes.write("Lesson", at);
      return bytes;
    },
  },
  {
    kind: "two entries of an index swapped",
    on: "odyssey",
    relation: "public.user_progress_pkey",
    by: "physical.amcheck",
    harm(bytes) {
      // The first leaf is the second page; behind its header and the high key come the pointers to its entries.
      const first = page + 24 + 4;
      const swapped = Buffer.concat([bytes.subarray(first + 4, first + 8), bytes.subarray(first, first + 4)]);
      swapped.copy(bytes, first);
      return bytes;
    },
  },
  {
    kind: "a page of an index zeroed",
    on: "odyssey",
    relation: "public.user_progress_pkey",
    by: "physical.amcheck",
    harm: (bytes) => bytes.fill(0, page, 2 * page),
  },
  {
    kind: "an index of another table's rows",
    on: "odyssey",
    relation: "public.lesson_reviews_pkey",
    by: "physical.amcheck",
    // Every key lost one bit: whoever looks one up finds nothing.
    harm: (bytes) => {
      for (let at = 2 * page - 400; at < 2 * page - 100; at += 24) bytes[at] = (bytes[at] ?? 0) ^ 0x10;
      return bytes;
    },
  },
];
