import { RowBlock } from "./row-block.ts";
import { isCopyIn } from "./row-statements.ts";
import type { ScanEvent } from "./scan-event.ts";
import { BlockComment, DollarQuote, EscapeString, isWordByte, type Opaque, Quoted } from "./sql-opaque.ts";
import { StatementWords } from "./statement-words.ts";

/*
 * Cuts plain SQL into statements and blocks of COPY rows while it streams past, by the rules of psql's lexer
 * (src/fe_utils/psqlscan.l): semicolons inside of strings, quoted names, dollar quotes, comments, parentheses and
 * `BEGIN ATOMIC` bodies end nothing. Nothing here is trusted: each statement goes to the server by a protocol that
 * refuses text which the server would read as two.
 */

type Mode = "plain" | "line-comment" | "command" | "before-rows";

const [lf, quote, doubleQuote, dollar, semicolon, backslash] = [10, 39, 34, 36, 59, 92] as const;
const [dash, slash, star, open, close] = [45, 47, 42, 40, 41] as const;
const isSpace = (byte: number) => byte === 32 || (byte >= 9 && byte <= 13);
export class SqlScanner {
  private mode: Mode = "plain";
  private line = 1;
  private statementLine = 1;
  /** Bytes of what is being read: statement, command, comment or the line of rows that has only begun. */
  private pieces: Buffer[] = [];
  private collecting = false;
  private previous = 0;
  private depth = 0;
  /** What the text is inside of, where that has no meaning but its end. */
  private opaque: Opaque | null = null;
  private block: RowBlock | null = null;
  private words = new StatementWords();
  /** An E'' string that just closed goes on where the next byte is a quote. */
  private mayReopen = false;

  private begun = false;
  /** Where the statement began that a command stands in the middle of. */
  private within: number | null = null;

  /** Takes the next bytes. A byte order mark, as Windows writes it, means nothing. */
  *push(chunk: Buffer): Generator<ScanEvent> {
    let at = !this.begun && chunk.indexOf("\ufeff") === 0 ? 3 : 0;
    this.begun = true;
    while (at < chunk.length) at = yield* this.step(chunk, at);
  }

  /** Says that nothing follows. */
  *end(): Generator<ScanEvent> {
    if (this.block !== null || this.mode === "before-rows") yield { kind: "cut", where: "rows", line: this.line };
    else if (this.mode === "command")
      yield { kind: "command", text: this.take(), line: this.line, within: this.within };
    else if (this.mode === "line-comment" && !this.collecting) yield { kind: "comment", text: this.take() };
    else if (this.collecting || this.opaque !== null) {
      yield { kind: "cut", where: "statement", line: this.statementLine };
    }
  }

  private *step(chunk: Buffer, at: number): Generator<ScanEvent, number> {
    if (this.opaque !== null) return this.skip(this.opaque, chunk, at);
    if (this.block !== null) return yield* this.rows(this.block, chunk, at);
    if (this.mode === "plain") return yield* this.plain(chunk, at);
    if (this.mode === "before-rows") return this.untilRows(chunk, at);
    return yield* this.restOfLine(chunk, at);
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

  private *plain(chunk: Buffer, start: number): Generator<ScanEvent, number> {
    let from = start;
    for (let at = start; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      const previous = this.previous;
      this.previous = byte;
      if (this.mayReopen) {
        this.mayReopen = false;
        if (byte === quote) return this.enter(new EscapeString(), chunk, from, at + 1);
      }
      if (isWordByte(byte) || (byte === dollar && isWordByte(previous))) {
        if (!this.collecting) from = this.beginStatement(at);
        this.words.add(byte);
        continue;
      }
      const wordBefore = this.words.current;
      this.words.endWord(this.depth);
      if (isSpace(byte)) {
        if (byte === lf) this.line += 1;
        continue;
      }
      if (byte === dash && previous === dash) return this.enterLine("line-comment", chunk, from, at + 1);
      if (byte === star && previous === slash) return this.enter(new BlockComment(), chunk, from, at + 1);
      // What may begin a comment begins no statement before the next byte is known.
      if ((byte === dash || byte === slash) && !this.collecting) continue;
      if (byte === backslash) return this.enterCommand(chunk, from, at);
      if (!this.collecting) {
        if (byte === semicolon) continue;
        from = this.beginStatement(at);
      }
      if (byte === quote || byte === doubleQuote) {
        const escapes = byte === quote && /^e$/i.test(wordBefore);
        return this.enter(escapes ? new EscapeString() : new Quoted(byte), chunk, from, at + 1);
      }
      if (byte === dollar) return this.enter(new DollarQuote(), chunk, from, at + 1);
      if (byte === open) this.depth += 1;
      else if (byte === close && this.depth > 0) this.depth -= 1;
      else if (byte === semicolon && this.depth === 0 && this.words.bodyDepth === 0) {
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
    this.words = new StatementWords();
    this.depth = 0;
    this.previous = 0;
    if (isCopyIn(sql)) this.mode = "before-rows";
    return { kind: "statement", sql, line: this.statementLine };
  }

  private enter(opaque: Opaque, chunk: Buffer, from: number, to: number): number {
    this.opaque = opaque;
    return this.enterLine("plain", chunk, from, to);
  }

  private enterLine(mode: Mode, chunk: Buffer, from: number, to: number): number {
    // Lines in between were counted on the way.
    if (this.collecting && to > from) this.pieces.push(chunk.subarray(from, to));
    this.mode = mode;
    this.previous = 0;
    return to;
  }

  private enterCommand(chunk: Buffer, from: number, at: number): number {
    // psql would carry it out in the middle of a statement too: whatever was begun is given up with it.
    this.enterLine("command", chunk, from, at);
    this.pieces = [];
    this.within = this.collecting ? this.statementLine : null;
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
    if (mode === "command")
      yield { kind: "command", text: this.take().trimEnd(), line: this.line, within: this.within };
    else if (!this.collecting) yield { kind: "comment", text: this.take().trim() };
    return end;
  }

  private untilRows(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(lf, at);
    if (end < 0) return chunk.length;
    this.line += 1;
    this.mode = "plain";
    this.block = new RowBlock();
    return end + 1;
  }

  /** Goes on to the end of a string, quoted name, dollar quote or block comment. */
  private skip(opaque: Opaque, chunk: Buffer, at: number): number {
    const end = opaque.find(chunk, at);
    if (end < 0) return this.keep(chunk, at, chunk.length);
    this.opaque = null;
    this.previous = opaque.last;
    this.mayReopen = opaque.reopens;
    return this.keep(chunk, at, end);
  }

  private *rows(block: RowBlock, chunk: Buffer, at: number): Generator<ScanEvent, number> {
    const { rows, end } = block.push(chunk, at);
    for (const lines of rows) {
      this.countLines(lines, 0, lines.length);
      yield { kind: "rows", rows: lines };
    }
    if (end === null) return chunk.length;
    this.line += 1;
    this.block = null;
    yield { kind: "rows-end" };
    return end;
  }
}
