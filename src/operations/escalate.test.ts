import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { type GitHubStandIn, githubStandIn } from "../../test/support/github.ts";
import { type MailServerStandIn, mailServerStandIn } from "../../test/support/mail-server.ts";
import { type WebHook, webHook } from "../../test/support/web-hook.ts";
import { fixedClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import { type Scratch, scratchDirectory } from "../base/scratch.ts";
import { backupTaken } from "../report/examples/reports.ts";
import { writeReport } from "../report/write.ts";
import type { UseCaseContext } from "./context.ts";
import { escalate } from "./escalate.ts";
import { raiseIssue } from "./raise-issue.ts";

const plan = `version: 1
databases:
  shop: {}
contacts:
  primary: { role: DevOps Team Lead, github: ada }
  secondary: { role: Database Administrator, email: dba@example.com, github: grace, slack: U0SECOND }
  escalation: { role: CTO, email: cto@example.com }
alerts:
  failure_email: ops@example.com
  from: ithaca@example.com
`;

let mail: MailServerStandIn;
let slack: WebHook;
let github: GitHubStandIn;
let place: Scratch;
let work: string;
beforeAll(async () => {
  [mail, slack, github, place] = await Promise.all([
    mailServerStandIn(),
    webHook(),
    githubStandIn(),
    scratchDirectory("escalate"),
  ]);
});
afterAll(async () => {
  await Promise.all([mail, slack, github, place].map((each) => each[Symbol.asyncDispose]()));
});
let number = 0;
beforeEach(() => {
  for (const list of [mail.mails, mail.refusals, slack.requests, slack.answers]) list.length = 0;
  github.reset();
  freshCheckout();
});

function freshCheckout() {
  number += 1;
  work = join(place.path, String(number));
  mkdirSync(work);
  writeFileSync(join(work, "ithaca.yaml"), plan);
}

function contextAt(time: Date): UseCaseContext {
  return {
    environment: {
      GITHUB_TOKEN: github.token,
      GITHUB_REPOSITORY: github.repository,
      GITHUB_API_URL: github.url,
      SMTP_URL: `smtp://localhost:${mail.port}`,
      SLACK_WEBHOOK_URL: `${slack.url}/services/hook`,
    },
    clock: fixedClock(time),
    progress: silentProgress,
    signal: new AbortController().signal,
    workingDirectory: work,
  };
}

const listed = z.array(z.object({ created_at: z.string() }));

/** Opens the incident of a failed backup, and gives a function that runs the escalation so many minutes later. */
async function incident() {
  const context = contextAt(new Date());
  const report = backupTaken({
    database: "shop",
    verdict: "failed",
    reason: "The server cannot be reached.",
    backup: null,
  });
  const { json } = (await writeReport(join(work, "reports"), report)).report;
  await raiseIssue(context, { plan: "ithaca.yaml", reports: [json] });
  const [issue] = listed.parse(await api("GET", "/issues"));
  const opened = new Date(issue?.created_at ?? "");
  const patience = { attempts: 2, limit: 5_000, pause: 5 };
  return (minutes: number) =>
    escalate(contextAt(new Date(opened.getTime() + minutes * 60_000)), { plan: "ithaca.yaml", patience });
}

/** Does something as a person would, by the API. */
async function api(method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${github.url}/repos/${github.repository}${path}`, {
    method,
    headers: { authorization: `Bearer ${github.personToken}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return await response.json();
}

const comments = async () =>
  z
    .array(z.object({ body: z.string() }))
    .parse(await api("GET", "/issues/1/comments"))
    .map(({ body }) => body);
const sent = () => mail.mails.map(({ subject, recipients }) => [subject, recipients.join()]);
const unanswered = "URGENT: Unanswered for 1 h - shop: the backup failed";
const unresolved = "URGENT: Unresolved for 2 h - shop: the backup failed";

test("without an open incident one request is all", async () => {
  const outcome = await escalate(contextAt(new Date()), { plan: "ithaca.yaml" });
  expect(outcome).toMatchObject({ verdict: "proven", incidents: [] });
  expect(github.requests.map(({ method, path }) => `${method} ${path.replace(/\?.*/, "")}`)).toEqual([
    "GET /repos/acme/shop/issues",
  ]);
  expect(readdirSync(work)).toEqual(["ithaca.yaml"]);
});

test("nobody answers: the secondary after one hour, the CTO after two with the history, each once, on any checkout", async () => {
  const run = await incident();
  await run(59);
  expect(sent()).toEqual([]);
  expect((await run(61)).incidents).toMatchObject([{ number: 1, answered: null, done: [], taken: ["secondary"] }]);
  await run(62);
  freshCheckout();
  await run(95);
  expect(sent()).toEqual([[unanswered, "dba@example.com"]]);
  expect(slack.requests[0]?.body).toContain("<@U0SECOND>");
  freshCheckout();
  await run(240);
  await run(241);
  expect(sent()).toEqual([
    [unanswered, "dba@example.com"],
    [unresolved, "cto@example.com"],
  ]);
  expect(mail.mails[1]?.text).toMatch(
    /the incident was opened[\s\S]*the secondary contact was told[\s\S]*Nobody has answered/,
  );
  const said = await comments();
  expect(said).toHaveLength(2);
  expect(said[0]).toMatch(/the Database Administrator was told\.\*\* @grace\n\nBy mail sent, slack sent/);
});

test.each([
  ["in one's own words", "On it. Row: canary-row-data"],
  [
    "by mail, above the comment that it answers",
    "On it. canary-row-data\n\n> **Again: the backup failed** (2 times now).\n>\n> <!-- ithaca:comment -->\n",
  ],
  [
    "by mail, above what it answers as GitHub's mail has it",
    "On it. canary-row-data\n\nFrom: shop\n**Again**\n\n<!-- ithaca:comment -->\n\n--\nReply to this email directly\n",
  ],
])("an answer %s stops the first step, closing stops all; what people wrote goes into no message", async (_how, body) => {
  const run = await incident();
  await api("POST", "/issues/1/comments", { body });
  await run(100);
  expect(sent()).toEqual([]);
  await run(125);
  expect(sent()).toEqual([[unresolved, "cto@example.com"]]);
  expect(mail.mails[0]?.text).toMatch(/Answered: +.* by ada, with a comment/);
  expect([mail.mails[0]?.raw, slack.requests[0]?.body].join()).not.toContain("canary");
  await api("PATCH", "/issues/1", { state: "closed" });
  expect((await run(500)).incidents).toEqual([]);
});

test("what reached nobody is tried by the next run, and is red until then", async () => {
  const run = await incident();
  mail.refusals.push("554 5.7.1 no", "554 5.7.1 no");
  slack.answers.push(404, 404);
  const down = await run(61);
  expect([down.verdict, down.incidents[0]?.taken]).toEqual(["failed", []]);
  // GitHub's own mail about the mention is what is left, once.
  mail.refusals.push("554 5.7.1 no", "554 5.7.1 no");
  slack.answers.push(404, 404);
  expect((await run(62)).incidents).toMatchObject([{ answered: null, done: [], taken: [] }]);
  expect(await comments()).toEqual([
    expect.stringMatching(/no message about it reaches the Database Administrator\.\*\* @grace/),
  ]);
  const up = await run(91);
  expect([up.verdict, up.incidents[0]?.taken, sent().map(([subject]) => subject)]).toEqual([
    "proven",
    ["secondary"],
    [unanswered],
  ]);
  expect(await comments()).toHaveLength(2);
});

test("a contact whose mail is put off hears by a later run, though Slack took the message at once", async () => {
  const run = await incident();
  await run(61);
  await api("POST", "/issues/1/comments", { body: "On it." });
  mail.refusals.push("451 4.7.1 greylisted", "451 4.7.1 greylisted");
  expect((await run(121)).incidents[0]?.taken).toEqual(["escalation"]);
  const posted = slack.requests.length;
  expect((await run(151)).verdict).toBe("proven");
  await run(181);
  expect(sent()).toEqual([
    [unanswered, "dba@example.com"],
    [unresolved, "cto@example.com"],
  ]);
  expect([slack.requests.length - posted, (await comments()).length]).toEqual([0, 3]);
});

test("told, and then GitHub was away: the next run writes it on the issue and tells nobody again", async () => {
  const run = await incident();
  github.rules.push(({ method, path }) =>
    method === "POST" && path.endsWith("/comments") ? { status: 410, body: {} } : undefined,
  );
  expect((await run(61)).verdict).toBe("inconclusive");
  github.rules.length = 0;
  expect((await run(91)).incidents[0]?.taken).toEqual(["secondary"]);
  expect([sent().length, slack.requests.length, (await comments()).length]).toEqual([1, 1, 1]);
});
