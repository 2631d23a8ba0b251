/** The lines of an input that holds several values, such as paths. */
export function linesOf(value: string | undefined): string[] {
  return (value ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** Names in one input, separated by lines or commas: the form of a workflow has one line for each input. */
export function namesOf(value: string | undefined): string[] {
  return linesOf(value?.replaceAll(",", "\n"));
}
