import { z } from "zod";
import type { ProjectState } from "../state.ts";
import { projectOf, Refusal, type Route, type World } from "./route.ts";

function hostnameAnswer({ hostname }: ProjectState) {
  if (hostname === null) throw new Refusal(404, "Custom hostname not found");
  return {
    status: hostname.status,
    custom_hostname: hostname.name,
    data: {
      success: true,
      errors: [],
      messages: [],
      result: {
        id: "1",
        hostname: hostname.name,
        ssl: { status: "active", validation_records: [] },
        ownership_verification: { type: "txt", name: `_cf.${hostname.name}`, value: "token" },
        custom_origin_server: "origin.supabase.co",
        status: "active",
      },
    },
  };
}

/** Sets the state that a step leads to, where the step before was done. */
function step(from: readonly string[], to: string): Route {
  return (request, world) => {
    const project = projectOf(request, world);
    if (project.hostname === null || !from.includes(project.hostname.status)) {
      throw new Refusal(400, "Custom hostname is not ready for this step");
    }
    project.hostname.status = to;
    return hostnameAnswer(project);
  };
}

const page = { id: "supabase", name: "Supabase", url: "https://status.supabase.com" };
const grave = { none: 0, minor: 1, major: 2, critical: 3 } as const;

function unresolved(world: World) {
  return world.incidents.filter(({ status }) => status !== "resolved");
}

export const otherRoutes: Readonly<Record<string, Route>> = {
  "GET /v1/projects/{ref}/custom-hostname": (request, world) => hostnameAnswer(projectOf(request, world)),
  "POST /v1/projects/{ref}/custom-hostname/initialize": (request, world) => {
    const project = projectOf(request, world);
    const { custom_hostname: name } = z.object({ custom_hostname: z.string() }).parse(request.body);
    project.hostname = { name, status: "2_initiated" };
    return hostnameAnswer(project);
  },
  "POST /v1/projects/{ref}/custom-hostname/reverify": step(
    ["2_initiated", "3_challenge_verified", "4_origin_setup_completed"],
    "4_origin_setup_completed",
  ),
  "POST /v1/projects/{ref}/custom-hostname/activate": step(["4_origin_setup_completed"], "5_services_reconfigured"),
  "GET /api/v2/summary.json": (_, world) => {
    const open = unresolved(world);
    const worst = [...open].sort((a, b) => grave[b.impact] - grave[a.impact])[0];
    return {
      page,
      status: {
        indicator: worst?.impact ?? "none",
        description: worst === undefined ? "All Systems Operational" : "Partial System Outage",
      },
      components: [],
      incidents: open,
      scheduled_maintenances: [],
    };
  },
  "GET /api/v2/incidents.json": (_, world) => ({ page, incidents: world.incidents }),
};
