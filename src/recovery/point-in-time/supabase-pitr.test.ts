import { afterAll, beforeAll, expect, test } from "vitest";
import { type TemplateDatabase, templateDatabase } from "../../../test/support/database.ts";
import { until } from "../../../test/support/death.ts";
import {
  type HostedOptions,
  type HostedProject,
  hostedProject,
  shopThen,
  unix,
} from "../../../test/support/hosted-project.ts";
import { drive, incidentFolder, newIncident, testHooks } from "../../../test/support/recovery.ts";
import { systemClock } from "../../base/clock.ts";
import { silentProgress } from "../../base/progress.ts";
import { connect } from "../../postgres/connect.ts";
import { listIncidents } from "../incident.ts";
import { readMarker, writeMarker } from "../marker.ts";
import type { Incident, RecoveryMethod } from "../types.ts";

let then: TemplateDatabase;
beforeAll(async () => {
  then = await templateDatabase((session) => session.query(shopThen));
});
afterAll(() => then[Symbol.asyncDispose]());

const hosted = (options: HostedOptions = {}) => hostedProject(then, options);

async function preview(method: RecoveryMethod): Promise<Awaited<ReturnType<RecoveryMethod["preview"]>>> {
  const context = {
    incidentId: "a-test",
    notes: {},
    note: () => Promise.reject(new Error("a preview notes nothing")),
    remark: () => {},
    assertAlone: async () => {},
    progress: silentProgress,
    clock: systemClock,
    signal: new AbortController().signal,
  };
  await method.select(context);
  return await method.preview(context);
}

const posts = ({ platform }: HostedProject) => platform.requests.filter(({ method }) => method === "POST");
const orders = async ({ database }: HostedProject) => {
  await using session = await connect(database.target, { readOnly: true });
  return (await session.query<{ rows: number }>("SELECT count(*)::int AS rows FROM public.orders"))[0]?.rows;
};
const statuses = (incident: Incident) =>
  (incident.verification?.checks ?? []).filter(({ status }) => status !== "passed").map(({ id }) => id);

test("the platform is asked once, waited for, and its restore is shown by what is gone", async () => {
  await using project = await hosted({ census: true });
  const plan = await preview(project.method());
  expect(plan.obstacles).toEqual([]);
  expect(plan.losses).toContainEqual({ table: "public.orders", rows_now: 52, rows_then: null, younger: 2 });
  expect(plan.details[0]?.lines[1]).toBe(
    "1 of 3 tables were not written since and must be equal to it; the others within what was written.",
  );
  expect(posts(project)).toEqual([]);
  // The answer is lost on its way, which must not lead to a second restore.
  project.platform.fail({ method: "POST", path: /restore-pitr/, times: 1, with: "lost" });
  const { incident } = await drive(project.database.target, project.method());
  expect(incident.state).toEqual({ step: "ended", outcome: "recovered" });
  expect(statuses(incident)).toEqual([]);
  expect(incident.verification?.checks.map(({ id }) => id)).toEqual(
    expect.arrayContaining(["point.after", "point.definitions"]),
  );
  expect(incident.verification?.checks).toContainEqual(
    expect.objectContaining({
      id: "point.nearest_census",
      status: "passed",
      actual: expect.stringMatching(/^3 tables/),
    }),
  );
  expect(incident.verification?.losses).toContainEqual({
    table: "public.orders",
    rows_now: 52,
    rows_then: 50,
    younger: 2,
  });
  expect(project.platform.project.restoredTo).toHaveLength(1);
  expect(posts(project)).toHaveLength(1);
  expect(await orders(project)).toBe(50);
  expect(await readMarker(project.database.target)).toBeNull();
});

test("a run that was killed after it had asked goes on waiting and does not ask again", async () => {
  await using project = await hosted();
  const method = project.method();
  const begun: Incident = {
    ...newIncident(method),
    state: { step: "execute", outcome: null },
    notes: { asked_at: new Date().toISOString(), before: [] },
  };
  await writeMarker(project.database.target, begun);
  // What the dead run had done last.
  project.platform.project.restoredTo.push(unix(30));
  project.platform.project.busy = { status: "RESTORING", until: Date.now() + 1000 };
  const { incident } = await drive(project.database.target, method, begun);
  expect(incident.state.outcome).toBe("recovered");
  expect(posts(project)).toEqual([]);
  expect(incident.log[0]?.says).toContain("had been asked, and the project was RESTORING");
  expect(await orders(project)).toBe(50);
});

test("a restore that never changes the database is not taken for one, and a person is told", async () => {
  await using project = await hosted({ restores: "not at all" });
  const { incident } = await drive(project.database.target, project.method());
  expect(incident.state.outcome).toBe("needs_person");
  expect(incident.log.map(({ says }) => says).join(" ")).toContain("safety backup");
  expect(await orders(project)).toBe(52);
});

test("what the window does not hold is refused before anything is asked for, and the window is named", async () => {
  await using project = await hosted();
  const { pitr } = project.platform.project;
  const select = (minutesAgo: number) => preview(project.method(minutesAgo));
  await expect(select(8 * 24 * 60)).rejects.toMatchObject({ id: "point.outside_window" });
  await expect(select(-5)).rejects.toMatchObject({ id: "point.future" });
  // Within reach of the archive's lag it is waited for.
  pitr.latest = unix(30) - 1;
  await expect(preview(project.method(30))).rejects.toMatchObject({ id: "point.not_archived_yet" });
  const waiting = preview(project.method(30, { lagSeconds: 30 }));
  await until(() => project.platform.requests.length > 4);
  pitr.latest = unix(29);
  expect((await waiting).obstacles).toEqual([]);
  pitr.enabled = false;
  await expect(select(30)).rejects.toMatchObject({ id: "point.no_window" });
  expect(posts(project)).toEqual([]);
});

test("an application that writes the moment it is back, and a marker of an older incident, are no fault of the restore", async () => {
  let older: Incident | undefined;
  await using project = await hosted({
    census: true,
    async afterwards(target) {
      // What stood there at the point: an incident of the day before, which had ended with a person.
      if (older !== undefined) await writeMarker(target, older);
      await using session = await connect(target, { readOnly: false });
      await session.query("INSERT INTO public.orders VALUES (60, now()); INSERT INTO public.prices VALUES (399)");
    },
  });
  const method = project.method();
  older = { ...newIncident(method, "the-day-before"), state: { step: "ended", outcome: "needs_person" } };
  const { incident } = await drive(project.database.target, method);
  expect(statuses(incident)).toEqual([]);
  expect(incident.state.outcome).toBe("recovered");
  expect(await readMarker(project.database.target)).toBeNull();
});

test("a restore that the platform refuses has changed nothing: nobody is called, and no marker stays", async () => {
  await using project = await hosted();
  project.platform.fail({ method: "POST", path: /restore-pitr/, times: 1, with: { status: 400 } });
  const { incident, fault } = await drive(project.database.target, project.method());
  expect(fault?.id).toBe("platform.refused");
  expect(incident.state.outcome).toBe("rolled_back");
  expect(await readMarker(project.database.target)).toBeNull();
});

test("a run that is stopped while the platform is at work goes on waiting the next time, and does not restore twice", async () => {
  await using project = await hosted();
  await using folder = await incidentFolder();
  const { target } = project.database;
  const stop = new AbortController();
  void until(() => project.platform.project.restoredTo.length > 0).then(() => stop.abort(new Error("a person")));
  const hooks = testHooks(target, { save: folder.save });
  const first = drive(target, project.method(30, { signal: stop.signal }), undefined, hooks, stop.signal);
  await expect(first).rejects.toThrow("a person");
  const [left] = await listIncidents(folder.path, "test");
  expect(left?.state).toEqual({ step: "execute", outcome: null });
  // Somebody works on when it is back, and must not lose that as well.
  await until(async () => (await orders(project).catch(() => 0)) === 50);
  await using session = await connect(target, { readOnly: false });
  await session.query("INSERT INTO public.orders VALUES (61, now())");
  await session[Symbol.asyncDispose]();
  const { incident } = await drive(target, project.method(), left, hooks);
  expect(incident.state.outcome).toBe("recovered");
  expect(posts(project)).toHaveLength(1);
  expect(await orders(project)).toBe(51);
});

test("an API that fails for a while is no reason to give a restore up", async () => {
  await using project = await hosted();
  void until(() => project.platform.project.restoredTo.length > 0).then(() =>
    project.platform.fail({ method: "GET", path: /^\/v1\/projects\/[a-z]+$/, times: 3, with: { status: 503 } }),
  );
  const method = project.method(30, { environment: { SUPABASE_API_TIME_LIMIT: "0.1" } });
  const { incident } = await drive(project.database.target, method);
  expect(incident.log.filter(({ event }) => event === "fault")).toEqual([]);
  expect(incident.state.outcome).toBe("recovered");
});
