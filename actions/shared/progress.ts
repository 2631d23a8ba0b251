import type { Progress } from "../../src/base/progress.ts";
import { redact } from "../../src/base/redact.ts";

/** The part of @actions/core that progress is shown with. */
export interface LogCommands {
  readonly startGroup: (title: string) => void;
  readonly endGroup: () => void;
  readonly info: (line: string) => void;
  readonly warning: (message: string) => void;
}

/** Shows the outermost steps as groups of the log, which GitHub cannot nest, and steps within them as lines. */
export function groupProgress(log: LogCommands): Progress {
  let depth = 0;
  let left: () => string | null = () => null;
  const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
  return {
    async step(title, work) {
      const outermost = depth === 0;
      const start = performance.now();
      const indent = "  ".repeat(Math.max(0, depth - 1));
      if (outermost) log.startGroup(redact(title));
      depth += 1;
      let last = "";
      try {
        const result = await work((note) => {
          last = note;
        });
        const remains = outermost ? left() : null;
        const behind = remains === null ? "" : `; ${remains}`;
        log.info(redact(`${indent}✓ ${title}${last === "" ? "" : `, ${last}`} (${seconds(start)})${behind}`));
        return result;
      } catch (error) {
        log.info(redact(`${indent}✗ ${title}${last === "" ? "" : `, at ${last}`} (${seconds(start)})`));
        throw error;
      } finally {
        depth -= 1;
        if (outermost) log.endGroup();
      }
    },
    warn: (message) => log.warning(redact(message)),
    timeLeft: (text) => {
      left = text;
    },
  };
}
