/** Longer words are no keywords that count here. */
const longestKeyword = 9;

/**
 * Follows a statement's words as psql does, to know when it is inside of a function's body in standard SQL: from
 * `BEGIN ATOMIC` to its `END` semicolons end nothing.
 */
export class StatementWords {
  /** The word that is being read, as far as it may be a keyword. */
  current = "";
  /** How many BEGIN and CASE are open in the body. */
  bodyDepth = 0;
  private readonly first: string[] = [];

  add(byte: number): void {
    if (this.current.length <= longestKeyword) this.current += String.fromCharCode(byte);
  }

  /** @param depth how many parentheses are open */
  endWord(depth: number): void {
    if (this.current === "") return;
    const word = this.current.toLowerCase();
    this.current = "";
    if (this.first.length < 4) this.first.push(word);
    const [create, second, third, fourth] = this.first;
    const kind = second === "or" && third === "replace" ? fourth : second;
    if (create !== "create" || (kind !== "function" && kind !== "procedure") || depth > 0) return;
    if (word === "begin" || (word === "case" && this.bodyDepth > 0)) this.bodyDepth += 1;
    else if (word === "end" && this.bodyDepth > 0) this.bodyDepth -= 1;
  }
}
