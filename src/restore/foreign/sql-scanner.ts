import { isCopyIn } from "./statement.ts";

/*
 * Cuts plain SQL into statements and blocks of COPY rows while it streams past, by the rules of psql's lexer
 * (src/fe_utils/psqlscan.l): semicolons inside of strings, quoted names, dollar quotes, comments, parentheses and
 * `BEGIN ATOMIC` bodies end nothing. Nothing here is trusted: each statement goes to the server by a protocol that
 * refuses text which the server would read as two.
 */

export type ScanEvent =
  | { readonly kind: "statement"; readonly sql: string; readonly line: number }
  /** Whole lines of the COPY that came last, with their line feeds. */
  | { readonly kind: "rows"; readonly rows: Buffer }
  | { readonly kind: "rows-end" }
  /** A line for psql itself, such as `\restrict` or `\!`. */
  | { readonly kind: "command"; readonly text: string; readonly line: number }
  /** A comment line between statements, without its dashes. */
  | { readonly kind: "comment"; readonly text: string }
  /** The text ended in the middle of something. */
  | { readonly kind: "cut"; readonly where: "statement" | "rows"; readonly line: number };

type Mode =
  | "plain"
  | "line-comment"
  | "block-comment"
  | "string"
  | "escape-string"
  | "identifier"
  | "tag"
  | "dollar"
  | "command"
  | "before-rows"
  | "rows";

const [lf, quote, doubleQuote, dollar, semicolon, backslash] = [10, 39, 34, 36, 59, 92] as const;
const [dash, slash, star, open, close] = [45, 47, 42, 40, 41] as const;

function isWordByte(byte: number): boolean {
  return (
    (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90) || (byte >= 48 && byte <= 57) || byte === 95 || byte > 127
  );
}

const isSpace = (byte: number) => byte === 32 || (byte >= 9 && byte <= 13);
/** Longer words are no keywords that count here. */
const longestKeyword = 9;

export class SqlScanner {
  private mode: Mode = "plain";
  private line = 1;
  private statementLine = 1;
  /** Bytes of what is being read: statement, command, comment or the line of rows that has only begun. */
  private pieces: Buffer[] = [];
  private collecting = false;
  private previous = 0;
  private depth = 0;
  private commentDepth = 0;
  private tag = "";
  private matched = 0;
  private word = "";
  private words: string[] = [];
  private bodyDepth = 0;
  /** An E'' string that just closed goes on where the next byte is a quote. */
  private reopen: "escape-string" | null = null;

  /** Takes the next bytes. */
  *push(chunk: Buffer): Generator<ScanEvent> {
    let at = 0;
    while (at < chunk.length) at = yield* this.step(chunk, at);
  }

  /** Says that nothing follows. */
  *end(): Generator<ScanEvent> {
    if (this.mode === "rows" || this.mode === "before-rows") yield { kind: "cut", where: "rows", line: this.line };
    else if (this.mode === "command") yield { kind: "command", text: this.take(), line: this.line };
    else if (this.mode === "line-comment" && !this.collecting) yield { kind: "comment", text: this.take() };
    else if (this.collecting || this.mode === "block-comment") {
      yield { kind: "cut", where: "statement", line: this.statementLine };
    }
  }

  private *step(chunk: Buffer, at: number): Generator<ScanEvent, number> {
    switch (this.mode) {
      case "plain":
        return yield* this.plain(chunk, at);
      case "line-comment":
      case "command":
        return yield* this.restOfLine(chunk, at);
      case "before-rows":
        return this.untilRows(chunk, at);
      case "rows":
        return yield* this.rows(chunk, at);
      default:
        return this.opaque(chunk, at);
    }
  }

  private take(): string {
    const text = Buffer.concat(this.pieces).toString("utf8");
    this.pieces = [];
    return text;
  }

  private countLines(chunk: Buffer, from: number, to: number): void {
    for (let at = chunk.indexOf(lf, from); at >= 0 && at < to; at = chunk.indexOf(lf, at + 1)) this.line += 1;
  }

  /** Keeps what was read, as part of a statement. */
  private keep(chunk: Buffer, from: number, to: number): number {
    this.countLines(chunk, from, to);
    if (this.collecting && to > from) this.pieces.push(chunk.subarray(from, to));
    return to;
  }

  private endWord(): void {
    if (this.word === "") return;
    const word = this.word.toLowerCase();
    this.word = "";
    if (this.words.length < 4) this.words.push(word);
    const [first, second, third, fourth] = this.words;
    const kind = second === "or" && third === "replace" ? fourth : second;
    if (first !== "create" || (kind !== "function" && kind !== "procedure") || this.depth > 0) return;
    if (word === "begin" || (word === "case" && this.bodyDepth > 0)) this.bodyDepth += 1;
    else if (word === "end" && this.bodyDepth > 0) this.bodyDepth -= 1;
  }

  private *plain(chunk: Buffer, start: number): Generator<ScanEvent, number> {
    let from = start;
    for (let at = start; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      const { previous } = this;
      this.previous = byte;
      if (this.reopen !== null) {
        const mode = this.reopen;
        this.reopen = null;
        if (byte === quote) return this.enter(mode, chunk, from, at + 1);
      }
      if (isWordByte(byte) || (byte === dollar && isWordByte(previous))) {
        if (!this.collecting) from = this.beginStatement(at);
        if (this.word.length <= longestKeyword) this.word += String.fromCharCode(byte);
        continue;
      }
      const wordBefore = this.word;
      this.endWord();
      if (isSpace(byte)) {
        if (byte === lf) this.line += 1;
        continue;
      }
      if (byte === dash && previous === dash) return this.enterComment("line-comment", chunk, from, at);
      if (byte === star && previous === slash) return this.enterComment("block-comment", chunk, from, at);
      // What may begin a comment begins no statement before the next byte is known.
      if ((byte === dash || byte === slash) && !this.collecting) continue;
      if (byte === backslash) return this.enterCommand(chunk, from, at);
      if (!this.collecting) {
        if (byte === semicolon) continue;
        from = this.beginStatement(at);
      }
      if (byte === quote) return this.enter(/^e$/i.test(wordBefore) ? "escape-string" : "string", chunk, from, at + 1);
      if (byte === doubleQuote) return this.enter("identifier", chunk, from, at + 1);
      if (byte === dollar) return this.enterTag(chunk, from, at + 1);
      if (byte === open) this.depth += 1;
      else if (byte === close && this.depth > 0) this.depth -= 1;
      else if (byte === semicolon && this.depth === 0 && this.bodyDepth === 0) {
        if (at + 1 > from) this.pieces.push(chunk.subarray(from, at + 1));
        yield this.endStatement();
        return at + 1;
      }
    }
    if (this.collecting) this.pieces.push(chunk.subarray(from));
    return chunk.length;
  }

  private beginStatement(at: number): number {
    this.collecting = true;
    this.statementLine = this.line;
    return at;
  }

  private endStatement(): ScanEvent {
    const sql = this.take();
    this.collecting = false;
    this.words = [];
    this.depth = 0;
    this.bodyDepth = 0;
    this.previous = 0;
    if (isCopyIn(sql)) this.mode = "before-rows";
    return { kind: "statement", sql, line: this.statementLine };
  }

  private enter(mode: Mode, chunk: Buffer, from: number, to: number): number {
    // Lines in between were counted on the way.
    if (this.collecting && to > from) this.pieces.push(chunk.subarray(from, to));
    this.mode = mode;
    this.previous = 0;
    return to;
  }

  private enterTag(chunk: Buffer, from: number, to: number): number {
    this.tag = "$";
    return this.enter("tag", chunk, from, to);
  }

  private enterComment(mode: "line-comment" | "block-comment", chunk: Buffer, from: number, at: number): number {
    this.commentDepth = 1;
    return this.enter(mode, chunk, from, at + 1);
  }

  private enterCommand(chunk: Buffer, from: number, at: number): number {
    // psql would carry it out in the middle of a statement too: whatever was begun is given up with it.
    this.enter("command", chunk, from, at);
    this.pieces = [];
    this.collecting = false;
    return at;
  }

  private *restOfLine(chunk: Buffer, at: number): Generator<ScanEvent, number> {
    const end = chunk.indexOf(lf, at);
    const to = end < 0 ? chunk.length : end;
    this.pieces.push(chunk.subarray(at, to));
    if (end < 0) return to;
    const { mode } = this;
    this.mode = "plain";
    if (mode === "command") yield { kind: "command", text: this.take().trimEnd(), line: this.line };
    else if (!this.collecting) yield { kind: "comment", text: this.take().trim() };
    return end;
  }

  private untilRows(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(lf, at);
    if (end < 0) return chunk.length;
    this.line += 1;
    this.mode = "rows";
    return end + 1;
  }

  /** Finds the end of a string, quoted name, dollar quote or block comment. */
  private opaque(chunk: Buffer, at: number): number {
    switch (this.mode) {
      case "string":
      case "identifier": {
        const end = chunk.indexOf(this.mode === "string" ? quote : doubleQuote, at);
        if (end < 0) return this.keep(chunk, at, chunk.length);
        this.mode = "plain";
        return this.keep(chunk, at, end + 1);
      }
      case "escape-string":
        return this.escapeString(chunk, at);
      case "tag":
        return this.dollarTag(chunk, at);
      case "dollar":
        return this.dollarBody(chunk, at);
      default:
        return this.blockComment(chunk, at);
    }
  }

  private escapeString(chunk: Buffer, start: number): number {
    for (let at = start; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (this.previous === backslash) this.previous = 0;
      else if (byte === quote) {
        this.mode = "plain";
        this.previous = 0;
        this.reopen = "escape-string";
        return this.keep(chunk, start, at + 1);
      } else this.previous = byte ?? 0;
    }
    return this.keep(chunk, start, chunk.length);
  }

  private dollarTag(chunk: Buffer, start: number): number {
    for (let at = start; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (byte === dollar) {
        this.tag += "$";
        this.matched = 0;
        this.mode = "dollar";
        return this.keep(chunk, start, at + 1);
      }
      const digitFirst = this.tag === "$" && byte >= 48 && byte <= 57;
      if (!isWordByte(byte) || digitFirst) {
        // A parameter such as $1, or an operator.
        this.mode = "plain";
        this.previous = dollar;
        return this.keep(chunk, start, at);
      }
      this.tag += String.fromCharCode(byte);
    }
    return this.keep(chunk, start, chunk.length);
  }

  private dollarBody(chunk: Buffer, start: number): number {
    for (let at = start; at < chunk.length; at += 1) {
      if (this.matched === 0) {
        const next = chunk.indexOf(dollar, at);
        if (next < 0) return this.keep(chunk, start, chunk.length);
        at = next;
      }
      const byte = chunk[at] ?? 0;
      if (byte === this.tag.charCodeAt(this.matched)) this.matched += 1;
      else this.matched = byte === dollar ? 1 : 0;
      if (this.matched === this.tag.length) {
        this.mode = "plain";
        this.previous = 0;
        return this.keep(chunk, start, at + 1);
      }
    }
    return this.keep(chunk, start, chunk.length);
  }

  private blockComment(chunk: Buffer, start: number): number {
    for (let at = start; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      const { previous } = this;
      this.previous = byte;
      if (previous === star && byte === slash) this.commentDepth -= 1;
      else if (previous === slash && byte === star) this.commentDepth += 1;
      else continue;
      this.previous = 0;
      if (this.commentDepth > 0) continue;
      this.mode = "plain";
      return this.keep(chunk, start, at + 1);
    }
    return this.keep(chunk, start, chunk.length);
  }

  private *rows(chunk: Buffer, start: number): Generator<ScanEvent, number> {
    let from = start;
    if (this.pieces.length > 0) {
      const end = chunk.indexOf(lf, from);
      if (end < 0) {
        this.pieces.push(chunk.subarray(from));
        return chunk.length;
      }
      const line = Buffer.concat([...this.pieces, chunk.subarray(from, end + 1)]);
      this.pieces = [];
      this.line += 1;
      if (isEndOfRows(line, 0)) return yield* this.endRows(end + 1);
      yield { kind: "rows", rows: line };
      from = end + 1;
    }
    for (let at = chunk.indexOf("\\.", from, "latin1"); at >= 0; at = chunk.indexOf("\\.", at + 1, "latin1")) {
      if (at !== from && chunk[at - 1] !== lf) continue;
      if (!isEndOfRows(chunk, at)) continue;
      if (at > from) yield this.lines(chunk, from, at);
      this.line += 1;
      return yield* this.endRows(chunk.indexOf(lf, at) + 1);
    }
    const last = chunk.lastIndexOf(lf);
    if (last >= from) {
      yield this.lines(chunk, from, last + 1);
      from = last + 1;
    }
    if (from < chunk.length) this.pieces.push(chunk.subarray(from));
    return chunk.length;
  }

  private lines(chunk: Buffer, from: number, to: number): ScanEvent {
    this.countLines(chunk, from, to);
    return { kind: "rows", rows: chunk.subarray(from, to) };
  }

  private *endRows(at: number): Generator<ScanEvent, number> {
    this.mode = "plain";
    yield { kind: "rows-end" };
    return at;
  }
}

/** Whether the line at this place is `\.`, with its line feed in sight. */
function isEndOfRows(bytes: Buffer, at: number): boolean {
  if (bytes[at] !== backslash || bytes[at + 1] !== 46) return false;
  return bytes[at + 2] === lf || (bytes[at + 2] === 13 && bytes[at + 3] === lf);
}
