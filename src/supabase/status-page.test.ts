import { expect, test } from "vitest";
import { supabasePlatform } from "../../test/support/supabase-platform/server.ts";
import { currentOutage, describeIncident, incidentAt, outageSeconds, readIncidents } from "./status-page.ts";

const signal = new AbortController().signal;
const incident = {
  id: "1",
  name: "Project actions fail in eu-central-1",
  status: "identified" as const,
  impact: "major" as const,
  created_at: "2026-11-22T01:10:00.000Z",
  updated_at: "2026-11-22T01:40:00.000Z",
  shortlink: "https://stspg.io/1",
};

test("an outage is known with the time of its beginning, until it is resolved", async () => {
  await using page = await supabasePlatform();
  const env = { SUPABASE_STATUS_URL: page.url };
  expect(currentOutage((await readIncidents(env, signal)) ?? [])).toBeNull();

  page.world.incidents.push(
    { ...incident, id: "2", impact: "minor", created_at: "2026-11-21T00:00:00.000Z" },
    { ...incident, started_at: "2026-11-22T01:00:00.000Z" },
    { ...incident, id: "3", created_at: "2026-11-22T01:30:00.000Z" },
  );
  const outage = currentOutage((await readIncidents(env, signal)) ?? []);
  if (outage === null) throw new Error("no outage");
  expect(outage).toMatchObject({ since: "2026-11-22T01:00:00.000Z", impact: "major", until: null });
  expect(outageSeconds(outage, new Date("2026-11-22T02:00:01Z"))).toBe(3601);
  expect(describeIncident(outage)).toBe(
    "Supabase reports a major incident since 2026-11-22 01:00 UTC: Project actions fail in eu-central-1",
  );

  for (const one of page.world.incidents)
    Object.assign(one, { status: "resolved", resolved_at: "2026-11-22T03:00:00.000Z" });
  const over = (await readIncidents(env, signal)) ?? [];
  expect(currentOutage(over)).toBeNull();
  expect(incidentAt(over, "2026-11-22T02:01:00.000Z")).not.toBeNull();
  expect(incidentAt(over, "2026-11-22T09:00:00.000Z")).toBeNull();
});

test.each([
  ["malformed"],
  ["reset"],
  [{ status: 500 }],
] as const)("a page that cannot be read (%o) says nothing", async (how) => {
  await using page = await supabasePlatform();
  page.fail({ path: /incidents/, with: how });
  expect(await readIncidents({ SUPABASE_STATUS_URL: page.url }, signal)).toBeNull();
});
