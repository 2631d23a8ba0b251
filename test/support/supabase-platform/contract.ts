import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import { z } from "zod";

/* What the documented operations take and answer, from openapi.json beside this file. */

const operationSchema = z.object({
  status: z.int(),
  query: z.array(z.string()).default([]),
  body: z.record(z.string(), z.unknown()).optional(),
  response: z.record(z.string(), z.unknown()).optional(),
});

const document = z
  .object({ operations: z.record(z.string(), operationSchema), schemas: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readFileSync(new URL("openapi.json", import.meta.url), "utf8")));

const ajv = new Ajv({ strict: false, formats: { int64: true, "date-time": true } });
ajv.addSchema({ $id: "openapi", schemas: document.schemas });

function compile(schema: Record<string, unknown> | undefined): ValidateFunction | undefined {
  if (schema === undefined) return undefined;
  return ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')));
}

export interface Operation {
  /** Such as `GET /v1/projects/{ref}`. */
  readonly key: string;
  readonly params: Readonly<Record<string, string>>;
  /** The documented status of success. */
  readonly status: number;
  /** What is wrong with a request, or null. */
  requestFault(query: URLSearchParams, body: unknown): string | null;
  /** What is wrong with an answer of success, or null. */
  answerFault(body: unknown): string | null;
}

interface Compiled {
  readonly key: string;
  readonly method: string;
  readonly pattern: RegExp;
  readonly literals: number;
  readonly operation: z.output<typeof operationSchema>;
  readonly body: ValidateFunction | undefined;
  readonly response: ValidateFunction | undefined;
}

const compiled: Compiled[] = Object.entries(document.operations)
  .map(([key, operation]) => {
    const [method = "", path = ""] = key.split(" ");
    return {
      key,
      method,
      pattern: new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`),
      literals: path.split("/").filter((part) => !part.startsWith("{")).length,
      operation,
      body: compile(operation.body),
      response: compile(operation.response),
    };
  })
  // `/api-keys/legacy` before `/api-keys/{id}`.
  .sort((a, b) => b.literals - a.literals);

const tell = (validate: ValidateFunction) => ajv.errorsText(validate.errors, { separator: "; " });

/** The documented operation for a request, or null. */
export function operationFor(method: string, path: string): Operation | null {
  for (const { key, method: wanted, pattern, operation, body, response } of compiled) {
    const match = wanted === method ? pattern.exec(path) : null;
    if (match === null) continue;
    return {
      key,
      params: Object.fromEntries(
        Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
      ),
      status: operation.status,
      requestFault(query, sent) {
        const unknown = [...query.keys()].filter((name) => !operation.query.includes(name));
        if (unknown.length > 0) return `unknown query parameters ${unknown.join(", ")}`;
        if (body === undefined) return sent === undefined ? null : "this operation takes no body";
        return body(sent) ? null : tell(body);
      },
      answerFault(sent) {
        if (response === undefined) return sent === undefined ? null : "this operation answers nothing";
        return response(sent) ? null : tell(response);
      },
    };
  }
  return null;
}
