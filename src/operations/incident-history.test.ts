import { expect, test } from "vitest";
import { issueDesk } from "../../test/support/issue-desk.ts";
import { incidentHistory, openIncidents } from "../github/incidents/read-incidents.ts";
import { assign, commentOnce } from "../github/incidents/touch-incident.ts";
import { failed } from "../report/examples/reports.ts";

const desk = issueDesk();

test("what escalation needs: who did what on an open incident, and words that are said once", async () => {
  await desk.tell(failed(), "10:00");
  const { github } = desk;
  const [incident] = await openIncidents(github);
  expect(incident).toMatchObject({
    number: 1,
    key: { database: "inner-odyssey", family: "proof" },
    assignees: ["ada"],
  });
  expect(await openIncidents(github, "another")).toEqual([]);
  expect(await commentOnce(github, 1, "escalation:secondary", "The secondary contact is told.")).toMatchObject({
    written: true,
  });
  expect(await commentOnce(github, 1, "escalation:secondary", "The secondary contact is told.")).toMatchObject({
    written: false,
  });
  expect(await assign(github, 1, ["grace", "nobody-at-all"])).toEqual({ refused: ["nobody-at-all"] });
  await fetch(`${desk.standIn.url}/repos/acme/shop/issues/1/comments`, {
    method: "POST",
    headers: { authorization: `Bearer ${desk.standIn.personToken}`, "content-type": "application/json" },
    body: JSON.stringify({ body: "I am looking." }),
  });
  const history = await incidentHistory(github, 1);
  const told = history.map((event) => [event.what, event.actor.login, event.actor.person]);
  expect(told).toContainEqual(["assigned", "github-actions[bot]", false]);
  expect(told).toContainEqual(["commented", "github-actions[bot]", false]);
  expect(told.at(-1)).toEqual(["commented", "ada", true]);
  expect(history.find((event) => event.what === "assigned" && event.login === "grace")).toBeDefined();
});
