import type { Token } from "./sql-tokens.ts";

/** A statement is not of a shape that is expected here. */
export class UnexpectedStatement extends Error {
  override readonly name = "UnexpectedStatement";
}

/** Walks over a statement's tokens. What does not fit throws, so that nothing unexpected is ever carried out. */
export class StatementReader {
  private position = 0;
  private readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  private get next(): Token | undefined {
    return this.tokens[this.position];
  }

  get atEnd(): boolean {
    return this.position >= this.tokens.length;
  }

  /** Whether the next tokens are these keywords; then they are taken. */
  accept(...keywords: readonly string[]): boolean {
    const fits = keywords.every((keyword, offset) => {
      const token = this.tokens[this.position + offset];
      return token?.kind === "word" && token.value.toUpperCase() === keyword;
    });
    if (fits) this.position += keywords.length;
    return fits;
  }

  acceptSymbol(value: string): boolean {
    const fits = this.next?.kind === "symbol" && this.next.value === value;
    if (fits) this.position += 1;
    return fits;
  }

  expect(...keywords: readonly string[]): void {
    if (!this.accept(...keywords)) throw new UnexpectedStatement(`expected ${keywords.join(" ")}`);
  }

  private take(...kinds: readonly Token["kind"][]): string {
    const token = this.next;
    if (token === undefined || !kinds.includes(token.kind)) throw new UnexpectedStatement(`expected ${kinds[0]}`);
    this.position += 1;
    return token.kind === "word" ? token.value.toLowerCase() : token.value;
  }

  /** A name, quoted or not; one that is not quoted folds to lower case. */
  identifier(): string {
    return this.take("identifier", "word");
  }

  string(): string {
    return this.take("string");
  }

  /** One word that must be among these; given back in upper case. */
  keyword(allowed: ReadonlySet<string>): string {
    const value = this.take("word").toUpperCase();
    if (!allowed.has(value)) throw new UnexpectedStatement("a word that is not expected here");
    return value;
  }

  /** A whole number, which may be negative. */
  integer(): number {
    const sign = this.acceptSymbol("-") ? -1 : 1;
    const digits = this.take("word");
    if (!/^\d+$/.test(digits)) throw new UnexpectedStatement("expected a number");
    return sign * Number(digits);
  }

  /** The value of a setting: one or more strings, words or numbers, with commas between. */
  values(): string[] {
    const values: string[] = [];
    do {
      const negative = this.acceptSymbol("-") ? "-" : "";
      values.push(negative + this.take("string", "identifier", "word"));
    } while (this.acceptSymbol(","));
    return values;
  }

  /** Names with commas between, in upper case, each of one or two words, such as `CREATE, TEMPORARY`. */
  keywords(allowed: ReadonlySet<string>): string[] {
    const words: string[] = [];
    do words.push(this.keyword(allowed));
    while (this.acceptSymbol(","));
    return words;
  }

  end(): void {
    if (!this.atEnd) throw new UnexpectedStatement("something follows the statement");
  }
}
