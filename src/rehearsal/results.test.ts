import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readResults } from "./results.ts";

const vitest = JSON.stringify({
  testResults: [
    {
      name: "/app/sign-in.test.ts",
      status: "failed",
      message: "",
      assertionResults: [
        { ancestorTitles: ["Sign-in"], title: "works", status: "passed", duration: 1500, failureMessages: [] },
        {
          ancestorTitles: ["Sign-in"],
          title: "is refused",
          status: "failed",
          duration: 2,
          failureMessages: ["AssertionError: expected 'nausicaa@example.org' to be ''\n at x"],
        },
        { ancestorTitles: [], title: "later", status: "pending", duration: null },
      ],
    },
    { name: "/app/broken.test.ts", status: "failed", message: "SyntaxError: bad", assertionResults: [] },
  ],
});

const playwright = JSON.stringify({
  suites: [
    {
      title: "login.spec.ts",
      specs: [],
      suites: [
        {
          title: "Login",
          specs: [
            { title: "ok", tests: [{ projectName: "chromium", status: "expected", results: [{ duration: 1000 }] }] },
            {
              title: "twice",
              tests: [{ status: "flaky", results: [{ duration: 1, error: { message: "x" } }, { duration: 2 }] }],
            },
            {
              title: "bad",
              tests: [
                {
                  status: "unexpected",
                  results: [{ duration: 5, error: { message: "Error: TimeoutError: Nausicaa" } }],
                },
              ],
            },
            { title: "not now", tests: [{ status: "skipped", results: [] }] },
          ],
        },
      ],
    },
  ],
  errors: [],
});

const junit = `<?xml version="1.0"?><testsuites><testsuite name="a"><testsuite name="b">
  <testcase classname="c" name="ok &amp; fine" time="1.5"/>
  <testcase classname="c" name="bad" time="x"><failure message="expected Nausicaa" type="java.lang.AssertionError">AssertionError: Nausicaa</failure></testcase>
  <testcase name="worse"><error/></testcase>
  <testcase name="left out"><skipped/></testcase>
</testsuite></testsuite></testsuites>`;

const shown = (text: string) =>
  readResults(text)?.map(({ name, status, seconds, error }) => [name, status, seconds, error]);

describe("results of a test run", () => {
  test("vitest's and Jest's JSON, with a file that never got to its tests", () => {
    expect(shown(vitest)).toEqual([
      ["Sign-in > works", "passed", 1.5, null],
      ["Sign-in > is refused", "failed", 0.002, "AssertionError"],
      ["later", "skipped", 0, null],
      ["broken.test.ts > the file runs", "failed", 0, "SyntaxError"],
    ]);
  });

  test("Playwright's JSON", () => {
    expect(shown(playwright)).toEqual([
      ["chromium > login.spec.ts > Login > ok", "passed", 1, null],
      ["login.spec.ts > Login > twice", "passed", 0.003, null],
      ["login.spec.ts > Login > bad", "failed", 0.005, "TimeoutError"],
      ["login.spec.ts > Login > not now", "skipped", 0, null],
    ]);
  });

  test("JUnit XML", () => {
    expect(shown(junit)).toEqual([
      ["c > ok & fine", "passed", 1.5, null],
      ["c > bad", "failed", 0, "AssertionError"],
      ["worse", "failed", 0, "Error"],
      ["left out", "skipped", 0, null],
    ]);
  });

  test("JUnit XML in which a suite failed before its tests", () => {
    const suites = (broken: string) =>
      `<testsuites><testsuite name="good" failures="0" errors="0"><testcase name="ok"/></testsuite>${broken}</testsuites>`;
    const whole = [
      ["ok", "passed", 0, null],
      ["broken > the suite as a whole", "failed", 0, "Error"],
    ];
    expect(shown(suites('<testsuite name="broken" tests="0" errors="1"/>'))).toEqual(whole);
    expect(shown(suites('<testsuite name="broken"><error message="Nausicaa"/></testsuite>'))).toEqual(whole);
    const told = '<testsuite name="broken" failures="1"><testcase name="bad"><failure/></testcase></testsuite>';
    expect(shown(suites(told))).toEqual([whole[0], ["bad", "failed", 0, "Error"]]);
  });

  test.each([
    "",
    "{}",
    "[]",
    "null",
    "<html></html>",
    "<testsuite>",
    '{"suites": 1}',
    "<?xml?>",
  ])("%s is none", (text) => {
    expect(readResults(text)).toBeNull();
  });

  test("no value of a message is taken over", () => {
    for (const text of [vitest, playwright, junit]) expect(JSON.stringify(readResults(text))).not.toMatch(/nausicaa/i);
  });

  test("whatever is in the file, it is results or none", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map((s) => `<testsuite>${s}</testsuite>`),
        ),
        (text) => {
          const tests = readResults(text);
          expect(tests === null || Array.isArray(tests)).toBe(true);
        },
      ),
    );
  });
});
