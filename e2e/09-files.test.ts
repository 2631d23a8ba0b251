import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { as, type Client, service, visitor } from "./support/clients.ts";
import { expected } from "./support/expectations.ts";

const { parent } = expected.users;
const film = new Blob(["not really a film"], { type: "video/webm" });
const path = `${parent.id}/rehearsal-${randomUUID()}.webm`;
const films = (client: Client) => client.storage.from("video-messages");
let client: Client;
let neighbour: Client;
beforeAll(async () => {
  [client, neighbour] = [await as("parent"), await as("neighbour")];
});

describe("Video messages: files", () => {
  test("the buckets are there, and only the pictures are public", async () => {
    const { data } = await service.storage.listBuckets();
    const buckets = Object.fromEntries((data ?? []).map((bucket) => [bucket.id, bucket.public]));
    expect(buckets).toMatchObject({ "video-messages": false, "platform-images": true });
    expect(data).toHaveLength(expected.tables["storage.buckets"] ?? -1);
  });

  test("a parent puts a film into their own folder, and gets it back", async () => {
    expect((await films(client).upload(path, film)).error).toBeNull();
    const { data } = await films(client).download(path);
    expect(await data?.text()).toBe("not really a film");
  });

  test("nobody puts a film into another's folder", async () => {
    const { error } = await films(neighbour).upload(`${parent.id}/${randomUUID()}.webm`, film);
    expect(error).not.toBeNull();
  });

  test("nobody finds another's film, or gets a link to it", async () => {
    expect((await films(neighbour).list(parent.id)).data ?? []).toEqual([]);
    expect((await films(neighbour).download(path)).error).not.toBeNull();
    expect((await films(neighbour).createSignedUrl(path, 60)).error).not.toBeNull();
    expect((await films(visitor()).download(path)).error).not.toBeNull();
  });

  test("nobody deletes another's film, and the parent does", async () => {
    expect((await films(neighbour).remove([path])).data ?? []).toEqual([]);
    expect((await films(client).remove([path])).data).toHaveLength(1);
  });

  test("a file of another kind is refused", async () => {
    const { error } = await films(client).upload(
      `${parent.id}/${randomUUID()}.txt`,
      new Blob(["x"], { type: "text/plain" }),
    );
    expect(error).not.toBeNull();
  });

  test("everybody may look at the platform's pictures, and only admins put them there", async () => {
    const pictures = (who: Client) => who.storage.from("platform-images");
    const picture = `rehearsal-${randomUUID()}.webp`;
    const image = new Blob(["not really a picture"], { type: "image/webp" });
    expect((await pictures(client).upload(picture, image)).error).not.toBeNull();
    const admin = await as("admin");
    expect((await pictures(admin).upload(picture, image)).error).toBeNull();
    const { data } = await pictures(visitor()).list("", { search: picture });
    expect((data ?? []).map(({ name }) => name)).toEqual([picture]);
    expect((await pictures(admin).remove([picture])).data).toHaveLength(1);
  });
});
