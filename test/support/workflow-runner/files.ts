import { z } from "zod";

/* The part of workflows and actions that the runner here understands; GitHub's own parser checks the whole. */

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const strings = z.record(z.string(), scalar).default({});

export const stepSchema = z.object({
  id: z.string().optional(),
  name: z.string().optional(),
  if: z.union([z.string(), z.boolean()]).optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  shell: z.string().optional(),
  with: strings,
  env: strings,
  "working-directory": z.string().optional(),
  "continue-on-error": z.union([z.string(), z.boolean()]).default(false),
  "timeout-minutes": z.union([z.string(), z.number()]).optional(),
});
export type Step = z.output<typeof stepSchema>;

const service = z.object({
  image: z.string(),
  env: strings,
  ports: z.array(z.union([z.string(), z.number()]).transform(String)).default([]),
  options: z.string().default(""),
});
export type Service = z.output<typeof service>;

const jobSchema = z.object({
  name: z.string().optional(),
  needs: z.union([z.string().transform((one) => [one]), z.array(z.string())]).default([]),
  if: z.union([z.string(), z.boolean()]).optional(),
  "runs-on": z.string(),
  "timeout-minutes": z.number(),
  environment: z.unknown().optional(),
  permissions: z.record(z.string(), z.string()).default({}),
  outputs: strings,
  env: strings,
  strategy: z.object({ matrix: z.unknown() }).loose().optional(),
  services: z.record(z.string(), service).default({}),
  steps: z.array(stepSchema),
});
export type Job = z.output<typeof jobSchema>;

const dispatchInput = z.object({
  type: z.string().default("string"),
  default: scalar.optional(),
  required: z.boolean().default(false),
  options: z.array(z.string()).optional(),
  description: z.string().default(""),
});

export const workflowSchema = z.object({
  name: z.string(),
  on: z
    .object({
      schedule: z.array(z.object({ cron: z.string() })).default([]),
      workflow_dispatch: z
        .object({ inputs: z.record(z.string(), dispatchInput).default({}) })
        .nullable()
        .optional(),
    })
    .loose(),
  permissions: z.record(z.string(), z.string()),
  concurrency: z.record(z.string(), z.unknown()).optional(),
  env: strings,
  jobs: z.record(z.string(), jobSchema),
});
export type Workflow = z.output<typeof workflowSchema>;

export const compositeSchema = z.object({
  name: z.string(),
  inputs: z
    .record(z.string(), z.object({ default: z.string().optional(), required: z.boolean().default(false) }))
    .default({}),
  outputs: z.record(z.string(), z.object({ value: z.string() })).default({}),
  runs: z.object({ using: z.literal("composite"), steps: z.array(stepSchema) }),
});
