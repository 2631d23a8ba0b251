import { styleText } from "node:util";
import { stopwatch } from "../../src/base/clock.ts";
import type { Progress } from "../../src/base/progress.ts";
import { redact } from "../../src/base/redact.ts";

/** Where progress goes: stderr, so that stdout carries nothing but the result. */
export interface ProgressOutput {
  readonly write: (text: string) => void;
  /** A terminal that a person looks at: the running step's note is shown and overwritten in place. */
  readonly interactive: boolean;
  /** Honours NO_COLOR and redirection. */
  readonly colours: boolean;
}

type Style = Parameters<typeof styleText>[0];

/**
 * Prints steps as they begin and end. In a terminal the line of the running step is alive; in a log there is one plain
 * line per finished step, so that a CI log stays short.
 */
export function terminalProgress(output: ProgressOutput): Progress {
  let depth = 0;
  let live = false;
  let left: () => string | null = () => null;
  /** How long it will still take, behind the outermost steps only: a log has one line of it per phase. */
  const remaining = () => {
    const text = depth > 1 ? null : left();
    return text === null ? "" : `, ${text}`;
  };
  const paint = (style: Style, text: string) =>
    output.colours ? styleText(style, text, { validateStream: false }) : text;
  const clear = () => {
    if (live) output.write("\r\x1b[2K");
    live = false;
  };
  const line = (text: string) => {
    clear();
    output.write(`${redact(text)}\n`);
  };
  const show = (text: string) => {
    if (!output.interactive) return;
    clear();
    const remains = left();
    const behind = remains === null ? "" : ` (${remains})`;
    output.write(redact(`${text.slice(0, 110 - behind.length)}${behind}`));
    live = true;
  };
  return {
    async step(title, work) {
      const indent = "  ".repeat(depth);
      const seconds = stopwatch();
      depth += 1;
      show(`${indent}${paint("cyan", "›")} ${title} …`);
      try {
        const result = await work((note) => show(`${indent}${paint("cyan", "›")} ${title} … ${note}`));
        line(`${indent}${paint("green", "✓")} ${title} ${paint("dim", `${seconds().toFixed(1)} s${remaining()}`)}`);
        return result;
      } catch (error) {
        line(`${indent}${paint("red", "✗")} ${title} ${paint("dim", `${seconds().toFixed(1)} s`)}`);
        throw error;
      } finally {
        depth -= 1;
      }
    },
    timeLeft: (text) => {
      left = text;
    },
    warn: (message) => line(`${"  ".repeat(depth)}${paint("yellow", "!")} ${message}`),
  };
}
