/*
 * Stretches of SQL in which nothing has a meaning but their end: strings, quoted names, dollar quotes, block comments.
 * Each keeps what it has to remember from one piece of the text to the next.
 */

const [quote, dollar, backslash, slash, star] = [39, 36, 92, 47, 42] as const;

/** A stretch that has begun. */
export interface Opaque {
  /** The position after its end, or -1 where it does not end in this piece. */
  find(chunk: Buffer, from: number): number;
  /** The byte that stands before what follows, where that matters; else 0. */
  readonly last: number;
  /** It goes on where the very next byte is a quote: '' inside of an E'' string. */
  readonly reopens: boolean;
}

/** Bytes that names and keywords are made of. */
export function isWordByte(byte: number): boolean {
  return (
    (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90) || (byte >= 48 && byte <= 57) || byte === 95 || byte > 127
  );
}

/** A plain string or a quoted name. A doubled quote ends it and begins it anew. */
export class Quoted implements Opaque {
  readonly last = 0;
  readonly reopens = false;
  private readonly end: number;

  constructor(end: number) {
    this.end = end;
  }

  find(chunk: Buffer, from: number): number {
    const at = chunk.indexOf(this.end, from);
    return at < 0 ? -1 : at + 1;
  }
}

/** An `E'...'` string, in which a backslash takes away the meaning of what follows. */
export class EscapeString implements Opaque {
  readonly last = 0;
  readonly reopens = true;
  private escaped = false;

  find(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      if (this.escaped) this.escaped = false;
      else if (chunk[at] === backslash) this.escaped = true;
      else if (chunk[at] === quote) return at + 1;
    }
    return -1;
  }
}

/** A dollar quote from after its first dollar on, or what turns out to be a parameter such as $1. */
export class DollarQuote implements Opaque {
  last = 0;
  readonly reopens = false;
  private tag = "$";
  private complete = false;
  private matched = 0;

  find(chunk: Buffer, from: number): number {
    let at = from;
    for (; !this.complete; at += 1) {
      if (at >= chunk.length) return -1;
      const byte = chunk[at] ?? 0;
      const startsWithDigit = this.tag === "$" && byte >= 48 && byte <= 57;
      if (byte !== dollar && (!isWordByte(byte) || startsWithDigit)) {
        this.last = dollar;
        return at;
      }
      this.tag += String.fromCharCode(byte);
      this.complete = byte === dollar;
    }
    return this.findEnd(chunk, at);
  }

  /** A dollar stands at both ends of a tag and nowhere inside of it, so a false start never hides a true one. */
  private findEnd(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      if (this.matched === 0) {
        at = chunk.indexOf(dollar, at);
        if (at < 0) return -1;
      }
      const byte = chunk[at] ?? 0;
      if (byte === this.tag.charCodeAt(this.matched)) this.matched += 1;
      else this.matched = byte === dollar ? 1 : 0;
      if (this.matched === this.tag.length) return at + 1;
    }
    return -1;
  }
}

/** A block comment, from after its first two bytes on. They nest. */
export class BlockComment implements Opaque {
  readonly last = 0;
  readonly reopens = false;
  private depth = 1;
  private previous = 0;

  find(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      const previous = this.previous;
      this.previous = byte;
      if (previous === star && byte === slash) this.depth -= 1;
      else if (previous === slash && byte === star) this.depth += 1;
      else continue;
      this.previous = 0;
      if (this.depth === 0) return at + 1;
    }
    return -1;
  }
}
