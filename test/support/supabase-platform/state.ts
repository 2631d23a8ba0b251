import { randomBytes, randomUUID } from "node:crypto";

/** A database that a branch of the stand-in brings: a real one, as a copy of the project's. */
export interface BranchDatabase extends AsyncDisposable {
  /** Where the session pooler would be. */
  readonly host: string;
  readonly user: string;
  readonly database: string;
  readonly password?: string;
}

export interface BackupState {
  id?: number;
  is_physical_backup: boolean;
  status: "COMPLETED" | "FAILED" | "PENDING" | "REMOVED" | "ARCHIVED" | "CANCELLED";
  inserted_at: string;
}

export interface SigningKeyState {
  id: string;
  algorithm: string;
  status: string;
  created_at: string;
  updated_at: string;
}

export interface ApiKeyState {
  id: string;
  type: "publishable" | "secret" | "legacy";
  name: string;
  api_key: string;
  inserted_at: string;
  updated_at: string;
}

/** One project, all of it to be changed by tests. */
export interface ProjectState {
  readonly ref: string;
  name: string;
  organization: string;
  region: string;
  createdAt: string;
  /** What it will be when `busyUntil` is over. */
  status: string;
  /** The state that it passes through meanwhile, and until when by the stand-in's clock. */
  busy: { readonly status: string; readonly until: number } | null;
  backups: BackupState[];
  walg: boolean;
  pitr: { enabled: boolean; earliest?: number; latest?: number };
  /** Null where the account's plan does not let one read it. */
  schedule: string | null;
  unhealthy: Set<string>;
  apiKeys: ApiKeyState[];
  legacyKeys: boolean;
  signingKeys: SigningKeyState[];
  secrets: Map<string, { value: string; updated_at: string }>;
  hostname: { name: string; status: string } | null;
  password: string;
  databaseBytes: number;
  pooler: { host: string; user: string; database: string };
  /** Seconds since 1970 to which it was restored, in order. */
  restoredTo: number[];
}

export interface BranchState {
  readonly id: string;
  readonly name: string;
  readonly parent: string;
  readonly project: ProjectState;
  readonly withData: boolean;
  readonly createdAt: string;
  database: BranchDatabase | null;
}

export interface IncidentState {
  id: string;
  name: string;
  status: "investigating" | "identified" | "monitoring" | "resolved";
  impact: "none" | "minor" | "major" | "critical";
  created_at: string;
  updated_at: string;
  started_at?: string;
  resolved_at?: string | null;
  shortlink: string;
}

export const randomRef = (): string =>
  [...randomBytes(20)].map((byte) => String.fromCharCode(97 + (byte % 26))).join("");

/** A project as it is a minute after it was made: no backup yet, and `walg_enabled` all the same. */
export function freshProject(now: Date, parts: Partial<ProjectState> = {}): ProjectState {
  const ref = parts.ref ?? randomRef();
  const at = now.toISOString();
  const key = (type: ApiKeyState["type"], name: string): ApiKeyState => ({
    id: randomUUID(),
    type,
    name,
    api_key: `sb_${type}_${randomBytes(12).toString("hex")}`,
    inserted_at: at,
    updated_at: at,
  });
  return {
    ref,
    name: "inner-odyssey",
    organization: "inner-odyssey-org",
    region: "eu-central-1",
    createdAt: at,
    status: "ACTIVE_HEALTHY",
    busy: null,
    backups: [],
    walg: true,
    pitr: { enabled: false },
    schedule: null,
    unhealthy: new Set(),
    apiKeys: [key("legacy", "anon"), key("legacy", "service_role"), key("publishable", "default")],
    legacyKeys: true,
    signingKeys: [{ id: randomUUID(), algorithm: "ES256", status: "in_use", created_at: at, updated_at: at }],
    secrets: new Map(),
    hostname: null,
    password: "canary-project-password",
    databaseBytes: 50_000_000,
    pooler: { host: "aws-0-eu-central-1.pooler.supabase.com", user: `postgres.${ref}`, database: "postgres" },
    restoredTo: [],
    ...parts,
  };
}

const day = 86_400_000;

/** Daily backups at 02:00 UTC as they are when all is well: one for each of the last `days` days, today's included. */
export function dailyBackups(now: Date, days = 7): BackupState[] {
  const today = Date.parse(`${now.toISOString().slice(0, 10)}T02:01:37Z`);
  const newest = today <= now.getTime() ? today : today - day;
  return Array.from({ length: days }, (_, back) => ({
    id: 1000 - back,
    is_physical_backup: true,
    status: "COMPLETED" as const,
    inserted_at: new Date(newest - back * day).toISOString(),
  }));
}

/** What a project is at `now`, by its clock. */
export function statusOf(project: ProjectState, now: number): string {
  return project.busy !== null && now < project.busy.until ? project.busy.status : project.status;
}
