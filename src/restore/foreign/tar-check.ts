import { open } from "node:fs/promises";

const block = 512;

/** The size in a member's header: octal digits, or binary where the first bit is set. */
function sizeOf(header: Buffer): number {
  const field = header.subarray(124, 136);
  if (((field[0] ?? 0) & 0x80) !== 0) return Number(field.readBigUInt64BE(4));
  return Number.parseInt(field.toString("latin1").replace(/[\0 ].*$/s, "") || "0", 8);
}

/**
 * Whether a tar file is whole: every member lies inside of it, and the empty block that closes it is there. Asked before
 * pg_restore reads it, because pg_restore 15 never ends on one that was cut off inside of a member.
 */
export async function isWholeTar(path: string): Promise<boolean> {
  await using file = await open(path);
  const { size } = await file.stat();
  const header = Buffer.alloc(block);
  for (let at = 0; at + block <= size; ) {
    await file.read(header, 0, block, at);
    if (header.every((byte) => byte === 0)) return true;
    const length = sizeOf(header);
    if (!Number.isSafeInteger(length) || length < 0) return false;
    at += block + Math.ceil(length / block) * block;
  }
  return false;
}
