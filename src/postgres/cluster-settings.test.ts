import { expect, test } from "vitest";
import { fitsSocket } from "./cluster-places.ts";
import { clusterSettings, type Machine } from "./cluster-settings.ts";

const GB = 1024 ** 3;
const runner: Machine = { memory: 16 * GB, cores: 4, disk: 14 * GB };

test("sizes follow the machine, between bounds", () => {
  expect(clusterSettings(runner)).toMatchObject({
    shared_buffers: "128MB",
    maintenance_work_mem: "683MB",
    max_wal_size: "1792MB",
    max_parallel_maintenance_workers: "4",
  });
  const tiny = clusterSettings({ ...runner, memory: GB / 2, cores: 1, disk: 0 });
  expect(tiny).toMatchObject({ shared_buffers: "32MB", maintenance_work_mem: "32MB", max_wal_size: "256MB" });
  const huge = clusterSettings({ ...runner, memory: 512 * GB, cores: 96, disk: 4096 * GB });
  expect(huge).toMatchObject({
    shared_buffers: "128MB",
    max_wal_size: "16384MB",
    max_parallel_maintenance_workers: "8",
  });
});

test.skipIf(process.platform !== "linux")("a socket's path has at most 107 bytes", () => {
  const rest = "/.s.PGSQL.5432".length;
  expect(fitsSocket("x".repeat(107 - rest), 5432)).toBe(true);
  expect(fitsSocket("x".repeat(108 - rest), 5432)).toBe(false);
  expect(fitsSocket("ä".repeat(54 - rest / 2), 5432)).toBe(false);
});
