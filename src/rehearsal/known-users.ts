import { randomBytes } from "node:crypto";
import { hash } from "bcryptjs";
import { z } from "zod";
import { codeOf } from "../base/errors.ts";
import { registerSecret } from "../base/redact.ts";
import { connect } from "../postgres/connect.ts";
import type { Target } from "../postgres/types.ts";
import { rehearsalErrors } from "./errors.ts";
import type { KnownUser } from "./types.ts";

const chosen = z.array(z.object({ name: z.string().regex(/^[a-z_]{1,40}$/), id: z.uuid() }));

/**
 * Chooses accounts of the copy and gives them passwords that this run knows. Nothing else of them is changed, and no
 * trigger of the app fires.
 *
 * @param target superuser access to the copy
 * @param query returns `name` and `id` of the accounts to sign in as
 * @param folder where the query comes from, for messages
 * @throws rehearsal.users_query
 */
export async function knownUsers(target: Target, query: string, folder: string): Promise<Record<string, KnownUser>> {
  const rows = await choose(target, query, folder);
  await using session = await connect(target, { readOnly: false, insist: true, applicationName: "ithaca rehearsal" });
  await session.query("SET session_replication_role = replica");
  const users: Record<string, KnownUser> = {};
  for (const { name, id } of rows) {
    const password = randomBytes(18).toString("base64url");
    registerSecret(password);
    const [row] = await session.query<{ email: string }>(
      "UPDATE auth.users SET encrypted_password = $2 WHERE id = $1 AND email <> '' RETURNING email",
      // Few rounds: the password lives for a minute, and every sign-in of the suite would wait for more.
      [id, await hash(password, 4)],
    );
    if (row === undefined) throw rehearsalErrors.users_query({ folder, why: `${name} has no mail address` });
    users[name] = { id, email: row.email, password };
  }
  return users;
}

async function choose(target: Target, query: string, folder: string): Promise<z.output<typeof chosen>> {
  await using session = await connect(target, { readOnly: true, applicationName: "ithaca rehearsal" });
  let rows: unknown[];
  try {
    rows = await session.query(query);
  } catch (cause) {
    const code = codeOf(cause) || "unknown";
    throw rehearsalErrors.users_query({ folder, why: `it failed with SQLSTATE ${code}` }, { cause });
  }
  const parsed = chosen.safeParse(rows);
  if (!parsed.success) throw rehearsalErrors.users_query({ folder, why: "its rows have no usable name and id" });
  return parsed.data;
}
