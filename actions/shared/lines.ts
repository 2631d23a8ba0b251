/** The lines of an input that holds several values, such as paths. */
export function linesOf(value: string | undefined): string[] {
  return (value ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
