import type { Message, Outgoing } from "../types.ts";

/* Messages as they are built from real reports, for tests. */

/** An alarm, with what a test changes about it. */
export function alarm(changes: Partial<Message> = {}): Message {
  return {
    key: "inner-odyssey/2026/11/22-backup-failed",
    database: "inner-odyssey",
    urgency: "urgent",
    subject: "URGENT: Daily backup failed - Immediate action required",
    lead: "The backup of inner-odyssey that was due 2026-11-22 02:00 UTC failed: there is no new backup.",
    facts: [
      { name: "Database", value: "inner-odyssey" },
      { name: "Run", value: "8790-1, by schedule, ended 2026-11-22 02:04 UTC" },
    ],
    findings: ["The server db.example.org cannot be reached; check its address."],
    firstStep: "Mend what the finding names, then take a backup at once.",
    links: [
      { text: "Issue", url: "https://github.com/acme/shop/issues/7" },
      { text: "Run", url: "https://github.com/acme/shop/actions/runs/8790" },
    ],
    ...changes,
  };
}

/** It, with whom it is for. */
export function outgoing(changes: Partial<Message> = {}, more: Partial<Outgoing> = {}): Outgoing {
  return {
    message: alarm(changes),
    audience: { mail: ["ops@example.com", "lead@example.com"], slack: true, mentions: ["U012AB3CD"] },
    chart: null,
    ...more,
  };
}
