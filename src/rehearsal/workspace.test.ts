import { expect, test } from "vitest";
import { makeWorkspace } from "./workspace.ts";

test("a folder of the plan that is not there is named, and nothing is left", async () => {
  await expect(makeWorkspace("/nowhere/app", "app", null)).rejects.toMatchObject({
    id: "rehearsal.directory_missing",
    message: expect.stringMatching(/rehearsal\.directory app .*ENOENT/),
  });
});
