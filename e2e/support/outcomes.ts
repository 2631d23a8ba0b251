import { expect } from "vitest";

interface Answer<Data> {
  readonly data: Data;
  readonly error: { readonly code?: string } | null;
}

/** PostgreSQL's codes for what an app's rules refuse. */
export const denied = "42501";
export const duplicate = "23505";
export const noSuchParent = "23503";
export const breaksCheck = "23514";
export const missingValue = "23502";
export const badValue = "22P02";
export const raised = "P0001";

/** The call was answered; gives its rows. */
export async function granted<Data>(call: PromiseLike<Answer<Data>>): Promise<NonNullable<Data>> {
  const { data, error } = await call;
  expect(error?.code ?? null, "the call was refused with this code").toBeNull();
  return data as NonNullable<Data>;
}

/** The call was refused with this SQLSTATE. */
export async function refused(call: PromiseLike<Answer<unknown>>, code: string): Promise<void> {
  const { error } = await call;
  expect(error?.code ?? "not refused").toBe(code);
}

/** The call was answered and nothing was seen or touched, or it was refused: both keep a stranger out. */
export async function keptOut(call: PromiseLike<Answer<unknown>>): Promise<void> {
  const { data, error } = await call;
  if (error !== null) expect(error.code).toBe(denied);
  else expect(data ?? []).toEqual([]);
}

/** How many rows a HEAD request counts. */
export async function counted(
  call: PromiseLike<{ count: number | null; error: unknown; status: number }>,
): Promise<number> {
  const { count, error } = await call;
  expect(error).toBeNull();
  expect(count).not.toBeNull();
  return count ?? -1;
}
