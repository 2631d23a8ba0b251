import type { RecoveryMethod } from "../types.ts";
import { intoNew } from "./into-new.ts";
import type { FullRecovery } from "./types.ts";

export function inPlace(recovery: FullRecovery): RecoveryMethod {
  return intoNew(recovery);
}
