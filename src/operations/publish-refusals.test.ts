import { describe, expect, test } from "vitest";
import { published, publishers } from "../../test/support/publishers.ts";
import { registerSecret } from "../base/redact.ts";
import { green } from "../report/examples/reports.ts";
import { writeReport } from "../report/write.ts";

const team = publishers();

describe("publishing refuses", () => {
  test("a public repository, unless the plan allows it", async () => {
    team.standIn.rules.push(({ method, path }) =>
      method === "GET" && path === "/repos/acme/shop"
        ? { status: 200, body: { private: false, default_branch: "main", has_issues: true, html_url: "https://x" } }
        : undefined,
    );
    await using shy = await team.workspace();
    await writeReport(shy.reports, green());
    await expect(shy.publish()).rejects.toThrow(/acme\/shop is public.*reports: \{public: true\}/);
    expect(team.standIn.requests).toHaveLength(1);
    await using open = await team.workspace("reports:\n  public: true\n");
    await writeReport(open.reports, green());
    expect((await open.publish()).commit).not.toBeNull();
  });

  test("a file that would show a secret; the others are published", async () => {
    await using here = await team.workspace();
    await writeReport(here.reports, green());
    registerSecret("a-secret-of-this-test");
    await here.put("reports/notes.md", "the password is a-secret-of-this-test");
    await expect(here.publish()).rejects.toMatchObject({
      id: "github.secret_in_report",
      kind: "failed",
      message: expect.stringContaining("reports/notes.md"),
    });
    const files = await published(here.context);
    expect(files.size).toBe(12);
    expect(JSON.stringify(team.standIn.requests)).not.toContain("a-secret-of-this-test");
  });

  test("a run without a token", async () => {
    await using here = await team.workspace("", { GITHUB_TOKEN: "", GITHUB_REPOSITORY: "" });
    await expect(here.publish()).rejects.toThrow(/GITHUB_TOKEN and GITHUB_REPOSITORY not set; .*github\.token/);
  });

  test("a token that may only read, as a pull request from a fork gets it", async () => {
    team.standIn.rules.push(({ method }) =>
      method === "GET" ? undefined : { status: 403, body: { message: "Resource not accessible by integration" } },
    );
    await using here = await team.workspace();
    await writeReport(here.reports, green());
    await expect(here.publish()).rejects.toThrow(/may not commit reports.*contents: write.*from a fork/);
  });
});
