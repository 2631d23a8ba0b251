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
];
