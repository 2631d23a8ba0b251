import { createHash } from "node:crypto";
import type { App } from "@supabase/lite";

type StorageAdapter = NonNullable<App["_storageAdapter"]>;
type Metadata = Awaited<ReturnType<StorageAdapter["headObject"]>>;

interface StoredFile {
  readonly body: Uint8Array;
  readonly metadata: Metadata;
}

/** No such file: S3's word for it, which the API turns into a 404. */
function missing(): Error {
  return Object.assign(new Error("NoSuchKey"), { code: "NoSuchKey", status: 404, httpStatusCode: 404 });
}

async function bytesOf(body: Parameters<StorageAdapter["uploadObject"]>[3]): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  return new Uint8Array(await new Response(body as ConstructorParameters<typeof Response>[0]).arrayBuffer());
}

/**
 * Files of the copy's buckets, kept in memory for as long as the API runs. A database backup holds the rows of objects
 * and not their files, so that only what a test uploads can be downloaded again.
 */
export function memoryFiles(): StorageAdapter {
  const files = new Map<string, StoredFile>();
  const at = (bucket: string, key: string) => `${bucket}/${key}`;
  const find = (bucket: string, key: string) => {
    const file = files.get(at(bucket, key));
    if (file === undefined) throw missing();
    return file;
  };
  return {
    driver: null,
    async getObject(bucket, key) {
      const { body, metadata } = find(bucket, key);
      return { httpStatusCode: 200, metadata, body: Buffer.from(body) };
    },
    async uploadObject(bucket, key, _version, body, mimetype, cacheControl) {
      const bytes = await bytesOf(body);
      const metadata: Metadata = {
        httpStatusCode: 200,
        cacheControl,
        eTag: `"${createHash("sha256").update(bytes).digest("hex").slice(0, 32)}"`,
        mimetype,
        contentLength: bytes.length,
        lastModified: new Date(),
        size: bytes.length,
      };
      files.set(at(bucket, key), { body: bytes, metadata });
      return metadata;
    },
    async deleteObject(bucket, key) {
      files.delete(at(bucket, key));
    },
    async deleteObjects(bucket, keys) {
      for (const key of keys) files.delete(at(bucket, key));
    },
    async copyObject(bucket, source, _version, toBucket, destination) {
      const file = find(bucket, source);
      files.set(at(toBucket, destination), file);
      const { eTag, lastModified } = file.metadata;
      return { httpStatusCode: 200, eTag, ...(lastModified === undefined ? {} : { lastModified }) };
    },
    async headObject(bucket, key) {
      return find(bucket, key).metadata;
    },
    async privateAssetUrl(bucket, key) {
      return `memory:${at(bucket, key)}`;
    },
  };
}
