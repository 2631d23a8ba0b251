import { createCipheriv, createDecipheriv, createHash, randomBytes, scryptSync } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/*
 * Every call of restic derives a key with scrypt, whose cost `restic init` calibrates to half a second: right for a
 * vault, too much for a test that makes ten calls. This gives a test repository a key that costs nothing, by the
 * format of restic's manual ("Keys, Encryption and MAC"): AES-256-CTR and Poly1305-AES over the master keys.
 */

const keySchema = z.looseObject({ N: z.int(), r: z.int(), p: z.int(), salt: z.base64(), data: z.base64() });

const prime = 2n ** 130n - 5n;
const clamp = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

function littleEndian(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex") || "0"}`);
}

/** Poly1305 with `r`, and the encrypted nonce as pad. */
function poly1305(message: Buffer, r: Buffer, pad: Buffer): Buffer {
  const factor = littleEndian(r) & clamp;
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const block = Buffer.concat([message.subarray(at, at + 16), Buffer.from([1])]);
    sum = ((sum + littleEndian(block)) * factor) % prime;
  }
  const tag = (sum + littleEndian(pad)) & (2n ** 128n - 1n);
  return Buffer.from(tag.toString(16).padStart(32, "0"), "hex").reverse();
}

function decrypt(sealed: Buffer, key: Buffer): Buffer {
  const cipher = createDecipheriv("aes-256-ctr", key.subarray(0, 32), sealed.subarray(0, 16));
  return cipher.update(sealed.subarray(16, -16));
}

function encrypt(plain: Buffer, key: Buffer): Buffer {
  const nonce = randomBytes(16);
  const text = createCipheriv("aes-256-ctr", key.subarray(0, 32), nonce).update(plain);
  const pad = createCipheriv("aes-128-ecb", key.subarray(32, 48), null).setAutoPadding(false).update(nonce);
  return Buffer.concat([nonce, text, poly1305(text, key.subarray(48, 64), pad)]);
}

function derive(password: string, { N, r, p, salt }: z.output<typeof keySchema>): Buffer {
  return scryptSync(password, Buffer.from(salt, "base64"), 64, { N, r, p, maxmem: 2 ** 30 });
}

/** Replaces the only key of a fresh repository by one that opens with the same password in no time. */
export async function cheapenKey(repository: string, password: string): Promise<void> {
  const folder = join(repository, "keys");
  for (const name of await readdir(folder)) {
    const key = keySchema.parse(JSON.parse(await readFile(join(folder, name), "utf8")));
    const master = decrypt(Buffer.from(key.data, "base64"), derive(password, key));
    const cheap = { ...key, N: 2, r: 1, p: 1 };
    const sealed = encrypt(master, derive(password, cheap)).toString("base64");
    const text = JSON.stringify({ ...cheap, data: sealed });
    await rm(join(folder, name));
    await writeFile(join(folder, createHash("sha256").update(text).digest("hex")), text);
  }
}
