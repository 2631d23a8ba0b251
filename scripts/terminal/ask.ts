import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";

export interface AskOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly signal: AbortSignal;
}

/**
 * Asks a person a question that `y` or `yes` affirms; anything else, and the end of the input, is a no.
 *
 * @throws the signal's reason, where it aborts while a person thinks
 */
export async function affirmed(question: string, { input, output, signal }: AskOptions): Promise<boolean> {
  using lines = createInterface({ input, output });
  const ended = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
