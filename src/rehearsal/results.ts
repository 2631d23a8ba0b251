import { parseXml, XmlElement } from "@rgrove/parse-xml";
import { z } from "zod";
import type { RehearsedTest } from "./types.ts";

/*
 * Reads what test runners write. They write messages too, which may quote rows: nothing is taken from those but the
 * name of the error's class.
 */

/** A name is for people; where it is longer than a line, it holds more than a name. */
const longestName = 300;
const name = (parts: readonly string[]) =>
  parts
    .filter((part) => part !== "")
    .join(" > ")
    .slice(0, longestName);

/** `AssertionError` of `AssertionError: expected 3 to be 4`. */
function errorClass(message: string | undefined): string {
  return /^(?:Error: )?([A-Z][A-Za-z]{0,60}(?:Error|Exception|Failure|Timeout))\b/.exec(message ?? "")?.[1] ?? "Error";
}

const outcome = (status: string): RehearsedTest["status"] =>
  status === "passed" ? "passed" : status === "failed" ? "failed" : "skipped";

function test(title: string, status: RehearsedTest["status"], seconds: number, message?: string): RehearsedTest {
  return { name: title, status, seconds, error: status === "failed" ? errorClass(message) : null };
}

const vitest = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({
          ancestorTitles: z.array(z.string()),
          title: z.string(),
          status: z.string(),
          duration: z.number().nullish(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

function readVitest({ testResults }: z.output<typeof vitest>): RehearsedTest[] {
  return testResults.flatMap((file) => {
    const tests = file.assertionResults.map(({ ancestorTitles, title, status, duration, failureMessages }) =>
      test(name([...ancestorTitles, title]), outcome(status), (duration ?? 0) / 1000, failureMessages?.[0]),
    );
    // A file that fails without a failed test did not get as far as its tests.
    const whole = file.status === "failed" && !tests.some(({ status }) => status === "failed");
    const base = file.name.split(/[/\\]/).at(-1) ?? file.name;
    return whole ? [...tests, test(name([base, "the file runs"]), "failed", 0, file.message)] : tests;
  });
}

const playwrightSpec = z.object({
  title: z.string(),
  tests: z.array(
    z.object({
      projectName: z.string().optional(),
      status: z.enum(["expected", "unexpected", "flaky", "skipped"]),
      results: z.array(
        z.object({ duration: z.number(), error: z.object({ message: z.string().optional() }).optional() }),
      ),
    }),
  ),
});
interface PlaywrightSuite {
  readonly title: string;
  readonly specs: readonly z.output<typeof playwrightSpec>[];
  readonly suites?: readonly PlaywrightSuite[] | undefined;
}
const playwrightSuite: z.ZodType<PlaywrightSuite> = z.object({
  title: z.string(),
  specs: z.array(playwrightSpec),
  get suites() {
    return z.array(playwrightSuite).optional();
  },
});
const playwright = z.object({ suites: z.array(playwrightSuite), errors: z.array(z.unknown()).default([]) });

const playwrightOutcomes = { expected: "passed", flaky: "passed", unexpected: "failed", skipped: "skipped" } as const;

function readPlaywrightSuite(suite: PlaywrightSuite, above: readonly string[]): RehearsedTest[] {
  const path = [...above, suite.title];
  const own = suite.specs.flatMap((spec) =>
    spec.tests.map(({ projectName, status, results }) => {
      const seconds = results.reduce((sum, { duration }) => sum + duration, 0) / 1000;
      const title = name([projectName ?? "", ...path, spec.title]);
      return test(title, playwrightOutcomes[status], seconds, results.find(({ error }) => error)?.error?.message);
    }),
  );
  return [...own, ...(suite.suites ?? []).flatMap((inner) => readPlaywrightSuite(inner, path))];
}

function readPlaywright({ suites, errors }: z.output<typeof playwright>): RehearsedTest[] {
  const whole = errors.length > 0 ? [test("the run as a whole", "failed", 0)] : [];
  return [...suites.flatMap((suite) => readPlaywrightSuite(suite, [])), ...whole];
}

/** A suite that failed before it got as far as its tests says so in its own counts, or beside them. */
function unshownFailure({ name: kind, attributes }: XmlElement, inner: readonly XmlElement[]): RehearsedTest[] {
  if (kind !== "testsuite" || inner.some((child) => child.name === "testsuite")) return [];
  const isTrouble = (child: XmlElement) => child.name === "failure" || child.name === "error";
  const told = (Number(attributes.failures) || 0) + (Number(attributes.errors) || 0) > 0 || inner.some(isTrouble);
  const shown = inner.some(
    (child) =>
      child.name === "testcase" && child.children.some((part) => part instanceof XmlElement && isTrouble(part)),
  );
  return told && !shown ? [test(name([attributes.name ?? "", "the suite as a whole"]), "failed", 0)] : [];
}

function readJunitElement(element: XmlElement): RehearsedTest[] {
  const inner = element.children.filter((child) => child instanceof XmlElement);
  if (element.name !== "testcase") return [...inner.flatMap(readJunitElement), ...unshownFailure(element, inner)];
  const { classname = "", name: title = "", time = "0" } = element.attributes;
  const trouble = inner.find((child) => child.name === "failure" || child.name === "error");
  const skipped = inner.some((child) => child.name === "skipped");
  const status = trouble !== undefined ? "failed" : skipped ? "skipped" : "passed";
  const words = trouble === undefined ? undefined : [trouble.attributes.type, trouble.attributes.message, trouble.text];
  const telling = words?.find((word) => errorClass(word) !== "Error");
  return [test(name([classname, title]), status, Number(time) || 0, telling)];
}

/**
 * Reads the results file of a test run: JUnit XML, or the JSON of vitest, Jest or Playwright, told apart by what is in it.
 *
 * @returns null where it is none of these
 */
export function readResults(text: string): RehearsedTest[] | null {
  if (text.trimStart().startsWith("<")) {
    try {
      const { root } = parseXml(text);
      return root !== null && /^testsuites?$/.test(root.name) ? readJunitElement(root) : null;
    } catch {
      return null;
    }
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return null;
  }
  const asVitest = vitest.safeParse(document);
  if (asVitest.success) return readVitest(asVitest.data);
  const asPlaywright = playwright.safeParse(document);
  return asPlaywright.success ? readPlaywright(asPlaywright.data) : null;
}
