/** What goes wrong instead of an answer, or after it. */
export type Misbehaviour =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** Never answers. */
  | "hang"
  /** Closes the connection without an answer; nothing has happened. */
  | "reset"
  /** Does what was asked, and then closes the connection without an answer. */
  | "lost"
  /** Answers 200 with half of a JSON document. */
  | "malformed";

/** A fault that a test has ordered. */
export interface Fault {
  readonly method?: string;
  readonly path: RegExp;
  /** How often; for ever unless told otherwise. */
  times: number;
  readonly with: Misbehaviour;
}

/** The first ordered fault that fits, with one of its times used up. */
export function takeFault(faults: readonly Fault[], method: string, path: string): Misbehaviour | null {
  const found = faults.find(
    (fault) => fault.times > 0 && (fault.method === undefined || fault.method === method) && fault.path.test(path),
  );
  if (found === undefined) return null;
  found.times -= 1;
  return found.with;
}
