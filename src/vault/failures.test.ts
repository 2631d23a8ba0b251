import { expect, test } from "vitest";
import { endedByVanishedLock, failureOf, hopelessness } from "./failures.ts";

/** restic's own words, from versions 0.14 to 0.18. */
const said: readonly (readonly [id: string, stderr: string])[] = [
  ["vault.wrong_password", "Fatal: wrong password or no key found"],
  ["vault.password_unavailable", "Resolving password failed: exit status 1"],
  ["vault.password_unavailable", "Fatal: an empty password is not a password"],
  [
    "vault.locked",
    "unable to create lock in backend: repository is already locked exclusively by PID 7 on runner by root (UID 0, GID 0)",
  ],
  ["vault.no_space", "Fatal: unable to save snapshot: write data/07-tmp-1: no space left on device"],
  [
    "vault.no_space",
    "Save(<data/07>) returned error, retrying after 1s: server response unexpected: 507 Insufficient Storage (507)",
  ],
  [
    "vault.no_scratch",
    "Fatal: unable to save snapshot: Write: write /tmp/restic-temp-pack-2277906090: no space left on device",
  ],
  [
    "vault.denied",
    "Fatal: unable to open config file: Stat: Access Denied.\nIs there a repository at the following location?\ns3:x",
  ],
  ["vault.denied", "Fatal: unable to open repository at /vault: ReadDir: open /vault/keys: permission denied"],
  [
    "vault.unreachable",
    'Fatal: unable to open config file: Head "http://h/config": dial tcp 127.0.0.1:9: connect: connection refused\nIs there a repository at the following location?',
  ],
  ["vault.unreachable", "subprocess ssh: ssh: Could not resolve hostname nosuch.invalid: Name or service not known"],
  [
    "vault.no_repository",
    "Fatal: unable to open config file: stat v/config: no such file or directory\nIs there a repository at the following location?",
  ],
  [
    "vault.no_repository",
    '{"message_type":"exit_error","code":10,"message":"Fatal: repository does not exist: unable to open config file: stat v/config: no such file or directory\\nIs there a repository at the following location?\\nv"}',
  ],
  ["vault.bad_repository", "Fatal: parsing repository location failed: invalid backend"],
  ["vault.gone", 'invalid id "deadbeef": no matching ID found for prefix "deadbeef"'],
  [
    "vault.damaged",
    "Load(<data/8e40dadf38>, 9000646, 0) returned error, retrying after 552ms: open v/data/8e/8e40: no such file or directory",
  ],
  [
    "vault.damaged",
    "ignoring error for /dump: decrypting blob 143b68 failed: ciphertext verification failed\nFatal: There were 2 errors",
  ],
  ["vault.damaged", "Fatal: load <index/3b93359785>: invalid data returned"],
  ["vault.damaged", "Load(<data/8e40dadf38>, 403, 0) returned error, retrying after 552ms: invalid data returned"],
  ["vault.unreachable", "Fatal: unable to open config file: Stat: 500 Internal Server Error\nIs there a repository at"],
  ["vault.no_repository", "Fatal: unable to open config file: storage: object doesn't exist"],
  ["vault.no_repository", "Fatal: unable to open config file: azBlob: HEAD https://a/config\nRESPONSE 404: 404 gone"],
  ["vault.damaged", "panic: runtime error: slice bounds out of range [16:8]\n\ngoroutine 1 [running]:\nmain.main()"],
  ["vault.unexpected", "Fatal: something that nobody has seen before"],
];

test.each(said)("%s: %s", (id, stderr) => {
  const error = failureOf("the-vault", 1, stderr);
  expect(error.id).toBe(id);
  expect(error.message).not.toMatch(/undefined|retrying|goroutine|message_type|Fatal/);
});

test("newer versions' exit codes decide where the words are new", () => {
  expect(failureOf("v", 10, "keine Ablage").id).toBe("vault.no_repository");
  expect(failureOf("v", 11, "belegt").id).toBe("vault.locked");
  expect(failureOf("v", 12, "falsch").id).toBe("vault.wrong_password");
  expect(failureOf("v", 127, "").id).toBe("vault.restic_missing");
});

test("what ends too early is damage in a folder, and trouble on a network", () => {
  const stderr = "ignoring error for /: ReadFull(<data/8119cc4268>): EOF\nFatal: There were 2 errors";
  expect(failureOf("/vault", 1, stderr).id).toBe("vault.damaged");
  expect(failureOf("rest:http://vault", 1, stderr).id).toBe("vault.unreachable");
});

test("a failure that says nothing gives its exit code", () => {
  expect(failureOf("v", 128, "").message).toContain("exit code 128");
});

test("only what no repetition mends is hopeless", () => {
  const hopeless = (request: string, fault: string, repository = "s3:vault") =>
    hopelessness(repository)(`${request} returned error, retrying after 552.3ms: ${fault}`);
  expect(hopeless("Save(<lock/548e43402a>)", "open locks/548: permission denied")).toBe(true);
  expect(hopeless("Remove(<snapshot/948c>)", "blob not removed, server response: 403 Forbidden (403)")).toBe(true);
  expect(hopeless("Save(<data/1>)", "dial tcp: connection refused")).toBe(false);
  expect(hopeless("Save(<data/1>)", "server response unexpected: 503 Service Unavailable (503)")).toBe(false);
  expect(hopeless("Remove(<lock/1>)", "403 Forbidden (403)")).toBe(false);
  expect(hopeless("List(lock)", "List failed, server response: 404 Not Found (404)")).toBe(false);
  expect(hopeless("List(lock)", "List failed, server response: 403 Forbidden (403)")).toBe(true);
  expect(hopeless("Load(<data/1>, 347, 404)", "EOF")).toBe(false);
  expect(hopeless("Load(<data/1>, 347, 598)", "EOF", "/vault")).toBe(true);
  expect(hopelessness("/vault")("permission denied")).toBe(false);
});

test("a lock that vanished is what ended a call only where nothing came after it", () => {
  const vanished =
    "Load(<lock/8995b9b8fb>, 0, 0) returned error, retrying after 552ms: <lock/8995b9b8fb> does not exist";
  expect(endedByVanishedLock(`${vanished}\nsignal interrupt received, cleaning up\n`)).toBe(true);
  expect(endedByVanishedLock(`${vanished}\nFatal: repository contains damaged pack files`)).toBe(false);
  expect(endedByVanishedLock("Remove(<lock/8995b9b8fb>) returned error, retrying after 1s: not found")).toBe(false);
  expect(endedByVanishedLock(JSON.stringify({ message: "Fatal: <lock/8995b9b8fb> does not exist" }))).toBe(true);
  expect(endedByVanishedLock("")).toBe(false);
});

test("a host that is not there is asked a few times, each request for itself", () => {
  const isHopeless = hopelessness("rest:http://vault");
  const line = (request: string) => `${request} returned error, retrying after 1s: dial tcp: connection refused`;
  const answers = Array.from({ length: 6 }, () => [
    isHopeless(line("Stat(<config/>)")),
    isHopeless(line("List(<key/>)")),
  ]);
  expect(answers.slice(0, -1).flat()).not.toContain(true);
  expect(answers.at(-1)).toEqual([true, true]);
});

test("newer versions put several lines into one message", () => {
  const stderr = JSON.stringify({
    message_type: "exit_error",
    code: 10,
    message: "Fatal: unable to open config file: gone\nIs there",
  });
  expect(failureOf("/vault", 10, stderr).message.split("\n")).toHaveLength(1);
});
