import { expect, test } from "vitest";
import { mailServer, sender } from "./address.ts";

test.each([
  ["mail.example.org:587", "neither"],
  ["https://mail.example.org", "neither"],
  ["smtp://", "no"],
  ["smtps://mail.example.org/inbox", "follows"],
  ["smtps://mail.example.org?tls=no", "follows"],
  ["smtps://user:100%canary@mail.example.org", "%"],
  ["not an address", "no address"],
])("%s is no address of a mail server, and the sentence says why without showing it", (url, why) => {
  expect(() => mailServer(url)).toThrow(
    expect.objectContaining({ id: "notify.smtp_url", kind: "input", message: expect.stringContaining(why) }),
  );
  expect(() => mailServer(url)).not.toThrow(/canary/);
});

test("the sender is the plan's, else the login where that is an address, else nobody", () => {
  const named = mailServer("smtps://backups%40example.org:secret@mail.example.org");
  expect(sender(named, undefined)).toBe("backups@example.org");
  expect(sender(named, "ithaca@example.org")).toBe("ithaca@example.org");
  expect(() => sender(mailServer("smtps://apikey:secret@mail.example.org"), undefined)).toThrow(
    expect.objectContaining({ id: "notify.no_sender", kind: "input" }),
  );
});
