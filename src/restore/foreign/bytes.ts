import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { messageOf } from "../../base/errors.ts";
import { archiveErrors } from "./errors.ts";

export type Packing = "none" | "gzip" | "zstd";

/** How a file is packed, by its first bytes. */
export function packingOf(head: Buffer): Packing {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  return head.readUIntLE(0, Math.min(4, head.length || 1)) === 0xfd2fb528 ? "zstd" : "none";
}

/** The first bytes of a file, as they are. */
export async function firstBytes(path: string, count: number): Promise<Buffer> {
  await using file = await open(path);
  const buffer = Buffer.alloc(count);
  const { bytesRead } = await file.read(buffer, 0, count, 0);
  return buffer.subarray(0, bytesRead);
}

const tools = { gzip: createGunzip, zstd: createZstdDecompress } as const;

/**
 * A file's bytes, unpacked, in pieces.
 *
 * @throws archive.cut where the packed data ends too early, archive.damaged where it cannot be unpacked
 */
export async function* unpacked(path: string, packing: Packing): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  const stream = packing === "none" ? file : pipeline(file, tools[packing]({ chunkSize: 256 * 1024 }), () => {});
  try {
    for await (const chunk of stream) yield chunk;
  } catch (thrown) {
    if (packing === "none") throw thrown;
    const why = messageOf(thrown);
    if (/unexpected end|Z_BUF_ERROR|src size is incorrect/i.test(why)) {
      throw archiveErrors.cut({ path, where: `its ${packing} data ends too early` }, { cause: thrown });
    }
    throw archiveErrors.damaged({ path, why: `its ${packing} data cannot be unpacked` }, { cause: thrown });
  }
}

/** The first bytes of a file once it is unpacked. What is damaged further on is not noticed here. */
export async function unpackedHead(path: string, packing: Packing, count: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of unpacked(path, packing)) {
      pieces.push(chunk);
      length += chunk.length;
      if (length >= count) break;
    }
  } catch (thrown) {
    if (length === 0) throw thrown;
  }
  return Buffer.concat(pieces).subarray(0, count);
}
