import { z } from "zod";
import { registerSecret } from "../../base/redact.ts";
import type { ManagementApi } from "./client.ts";
import { nothing, segment } from "./fields.ts";

const pooler = z.object({
  database_type: z.string(),
  db_user: z.string(),
  db_host: z.string(),
  db_port: z.int(),
  db_name: z.string(),
  pool_mode: z.string(),
});

/** The pooler in front of a project's database, as the API tells it: with the port of transaction mode. */
export type PoolerConfig = z.output<typeof pooler>;

/** The poolers of a project; the primary's is the one for backups. */
export function listPoolers(api: ManagementApi, ref: string): Promise<PoolerConfig[]> {
  const path = `/v1/projects/${segment(ref)}/config/database/pooler`;
  return api.call({ method: "GET", path, answer: z.array(pooler) });
}

/** Runs one query that reads, as a read-only user of the platform's. Needs the permission `database_read`. */
export function query<Row>(api: ManagementApi, ref: string, sql: string, row: z.ZodType<Row>): Promise<Row[]> {
  return api.call({
    method: "POST",
    path: `/v1/projects/${segment(ref)}/database/query`,
    body: { query: sql, read_only: true },
    answer: z.array(row),
    repeatable: true,
  });
}

/** Changes the password of the role `postgres`; every connection string with the old one stops working. */
export async function setDatabasePassword(api: ManagementApi, ref: string, password: string): Promise<void> {
  registerSecret(password);
  const path = `/v1/projects/${segment(ref)}/database/password`;
  await api.call({ method: "PATCH", path, body: { password }, answer: nothing });
}
