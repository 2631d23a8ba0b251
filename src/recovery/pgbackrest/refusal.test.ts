import { expect, test } from "vitest";
import { refusal } from "./refusal.ts";

const stored = "repo1: 15-1/0000000100000000/000000010000000000000011-8bd39ac7.lz4";

test.each([
  [
    "the repository's secrets are wrong",
    "restore",
    "ERROR: [039]: HTTP request failed with 403 (Forbidden)",
    "pgbackrest.refused",
    "pgbackrest restore failed with [39]: HTTP request failed with 403 (Forbidden);",
  ],
  [
    "the disk is full while a segment comes",
    "archive-get",
    `ERROR: [042]: unable to get 000000010000000000000011:\n       ${stored} [FileWriteError] unable to write '/tmp/a': [28] No space left on device`,
    "pgbackrest.disk_full",
    `no room left for the copy: unable to get 000000010000000000000011: ${stored} [FileWriteError] unable to write '/tmp/a'`,
  ],
  [
    "the disk is full while a backup comes",
    "restore",
    "ERROR: [064]: raised from local-1 protocol: unable to write '/tmp/data/base/1/2618'\n       [FileWriteError] on retry after 0ms",
    "pgbackrest.disk_full",
    "no room left for the copy: raised from local-1 protocol: unable to write '/tmp/data/base/1/2618';",
  ],
  [
    "a segment is damaged",
    "archive-get",
    `ERROR: [042]: unable to get 000000010000000000000011:\n       ${stored} [CryptoError] unable to flush`,
    "pgbackrest.damaged",
    "[CryptoError] unable to flush; take a full backup at once",
  ],
  [
    "a backup is damaged",
    "restore",
    "ERROR: [029]: raised from local-1 protocol: lz4 error: [-16] ERROR_decompressionFailed",
    "pgbackrest.damaged",
    "pgbackrest restore read from the repository is damaged: raised from local-1 protocol: lz4",
  ],
  [
    "a file of a backup has gone",
    "restore",
    "ERROR: [055]: raised from local-1 protocol: unable to open missing file '/repo/backup/shop/20261123-220445F/a.lz4' for read",
    "pgbackrest.damaged",
    "unable to open missing file",
  ],
  [
    "its own configuration is not there",
    "restore",
    "ERROR: [055]: unable to open missing file '/etc/pgbackrest.conf' for read",
    "pgbackrest.refused",
    "failed with [55]: unable to open missing file",
  ],
  ["it says nothing", "info", "", "pgbackrest.refused", "pgbackrest info failed with [1]: it said nothing;"],
])("%s", (_, command, stderr, id, message) => {
  expect(refusal(command, stderr, 1)).toMatchObject({ id, message: expect.stringContaining(message) });
});
