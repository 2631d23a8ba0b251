import type { IthacaError } from "../../base/errors.ts";
import { redact } from "../../base/redact.ts";
import { pgbackrestErrors } from "./errors.ts";
import { printable } from "./printable.ts";

/** pgBackRest's words for a disk that takes no more, and for what was read and is not what was written. */
const full = /No space left on device|unable to write/;
const damaged =
  /\b(?:Format|Crypto|Checksum)Error\b|ERROR: \[0(?:26|29|95)\]|local-\d+ \w+: unable to open missing file/;

/** Its own code and reason: `ERROR: [055]: unable to open ...`; a line that ends with a colon is said by the next one. */
export function refusal(command: string, stderr: string, exitCode: number): IthacaError {
  const [, code, said = "it said nothing"] = /ERROR: \[(\d+)\]: (.*(?<=:)\n.*|.*)/.exec(stderr) ?? [];
  const why = printable(redact(said.replace(/\n\s*/, " ")));
  if (full.test(stderr)) return pgbackrestErrors.disk_full({ why });
  if (command !== "info" && damaged.test(stderr)) return pgbackrestErrors.damaged({ command, why });
  return pgbackrestErrors.refused({ command, code: Number(code ?? exitCode), why });
}
