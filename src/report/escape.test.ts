import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { code, prose, table } from "./escape.ts";

/** The cells of a table's row as GitHub's markdown splits them: a pipe behind an odd number of backslashes is text. */
function cellsOf(row: string): string[] {
  const cells: string[] = [""];
  for (const part of row.match(/\\.|[^\\]/gsu) ?? []) {
    if (part === "|") cells.push("");
    else cells[cells.length - 1] += part;
  }
  return cells.slice(1, -1);
}

const nasty = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(
      fc.constantFrom(
        "`",
        "``",
        "|",
        "\\",
        "<!--",
        "-->",
        "\n",
        "\r",
        " ",
        "a",
        "_",
        "*",
        "](x)",
        "<b>",
        "@me",
        "\u202e",
        "\u0000",
      ),
    )
    .map((parts) => parts.join("")),
);

describe("whatever a name is", () => {
  test.each([
    ["code", code],
    ["prose", prose],
  ] as const)("%s keeps to its line and its cell", (_name, shownAs) => {
    fc.assert(
      fc.property(nasty, (text) => {
        const shown = shownAs(text);
        expect(shown).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202e]/u);
        expect(shown).not.toContain("<!--");
        expect(cellsOf(table(["a", "b"], [[shown, "end"]]).at(2) ?? "")).toHaveLength(2);
      }),
      { numRuns: 2000 },
    );
  });

  test("a code span ends only where it should", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const shown = code(text);
        if (shown === "–") return;
        const fence = /^`+/.exec(shown)?.[0] ?? "";
        const inner = shown.slice(fence.length, -fence.length);
        expect(shown.endsWith(fence)).toBe(true);
        expect(inner.match(/`+/g) ?? []).not.toContain(fence);
      }),
      { numRuns: 2000 },
    );
  });

  test("prose has no live HTML, link, mention or emphasis", () => {
    expect(prose("<img src=x> [a](b) *b* `c` ~d~")).toBe("&lt;img src=x\\> \\[a\\](b) \\*b\\* \\`c\\` \\~d\\~");
    expect(prose("ask @team about #12 at https://evil.example")).not.toMatch(/@team|#12|https:\/\//);
    expect(prose("user_progress and _private_")).toBe("user_progress and \\_private\\_");
    expect(prose("a\n# b")).toBe("a # b");
    expect(prose("# b")).toBe("\\# b");
    expect(prose("1. b")).toBe("1\\. b");
  });
});

test("names read as they are where nothing is wrong with them", () => {
  expect(code('public."Order Items"')).toBe('`public."Order Items"`');
  expect(code("größe 😀")).toBe("`größe 😀`");
  expect(code("a|b")).toBe("`a\\|b`");
  expect(code("a`b")).toBe("`` a`b ``");
  expect(code("a\nb")).toBe("`a\\u{a}b`");
  expect(code("<!-- key -->")).toBe("`\\u{3c}!-- key -->`");
  expect(code("")).toBe("–");
  expect(code("x".repeat(500), 10)).toBe(`\`${"x".repeat(9)}…\``);
});
