import { findBinary } from "../postgres/binaries.ts";

export async function findPgRestore(_major: number): Promise<string> {
  return findBinary("pg_restore");
}
