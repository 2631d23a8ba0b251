import { z } from "zod";
import { backupReportSchema } from "./kinds/backup.ts";
import { checkReportSchema } from "./kinds/check.ts";
import { disasterReportSchema } from "./kinds/disaster.ts";
import { drillReportSchema } from "./kinds/drill.ts";
import { pointReportSchema } from "./kinds/point-in-time.ts";
import { proofReportSchema } from "./kinds/proof.ts";
import { recoveryReportSchema } from "./kinds/recovery.ts";
import { watchReportSchema } from "./kinds/watch.ts";
import type { AnyReport } from "./model.ts";

/** Any report of the folder, told apart by its kind. */
export const anyReportSchema = z.discriminatedUnion("kind", [
  backupReportSchema,
  checkReportSchema,
  proofReportSchema,
  watchReportSchema,
  recoveryReportSchema,
  pointReportSchema,
  drillReportSchema,
  disasterReportSchema,
]) satisfies z.ZodType<AnyReport>;
