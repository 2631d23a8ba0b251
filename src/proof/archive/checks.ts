import { spellAmount } from "../../base/spell.ts";
import { constraintsForeignKeys } from "../checks/constraints-foreign-keys.ts";
import { isolationThrowaway } from "../checks/isolation-throwaway.ts";
import { objectiveRpo, objectiveRto } from "../checks/objectives.ts";
import { planExceptions } from "../checks/plan-exceptions.ts";
import { planFreshness } from "../checks/plan-freshness.ts";
import { planOrphans } from "../checks/plan-orphans.ts";
import { planRecordCounts } from "../checks/plan-record-counts.ts";
import { planRlsEnabled } from "../checks/plan-rls-enabled.ts";
import { restoreErrors } from "../checks/restore-errors.ts";
import { judge, notApplicable } from "../outcome.ts";
import { teamCheck } from "../team/check.ts";
import type { Check, Finding, TeamCheck } from "../types.ts";
import { archiveData } from "./data.ts";
import type { ArchiveEvidence } from "./types.ts";

/** So many definitions are named for each way of being different. */
const shown = 50;

function archiveReadable(evidence: ArchiveEvidence): Check {
  return {
    id: "archive.readable",
    title: "The archive can be read to its end",
    run() {
      const { content } = evidence.restored;
      const blocks = content.tables.reduce((sum, table) => sum + (table.form === "copy" ? table.blocks : 0), 0);
      const rows = evidence.tables.reduce((sum, { expected }) => sum + expected.rows, 0);
      const findings: Finding[] =
        evidence.promised !== null && blocks > 0 && blocks < evidence.promised
          ? [
              {
                object: "archive",
                attribute: "tables with rows",
                expected: String(evidence.promised),
                actual: String(blocks),
              },
            ]
          : [];
      const read = `${spellAmount(content.definitions.length, "definition")}, ${spellAmount(rows, "row")} of ${spellAmount(content.tables.length, "table")}`;
      return judge({
        expected: `${spellAmount(evidence.files, "file")}, ${evidence.digest.slice(0, 19)}`,
        actual:
          findings.length === 0 ? `read to the end: ${read}` : `not all that its table of contents names: ${read}`,
        findings,
      });
    },
  };
}

function archiveDefinitions({ definitions, restored }: ArchiveEvidence): Check {
  return {
    id: "archive.definitions",
    title: "Every definition of the archive is on the copy, and nothing else",
    run() {
      const found = (names: readonly string[], expected: string, actual: string) =>
        names.slice(0, shown).map((object): Finding => ({ object, attribute: "definition", expected, actual }));
      const { missing, surplus, different, total, rewritten, onlyPresence } = definitions;
      const findings = [
        ...found(missing, "as in the archive", "missing"),
        ...found(different, "as in the archive", "different"),
        ...found(surplus, "none in the archive", "on the copy"),
      ];
      const left = restored.content.definitions.filter((one) => one.left !== null).length;
      const count = missing.length + surplus.length + different.length;
      return judge({
        expected: spellAmount(total, "definition"),
        actual: count === 0 ? `${spellAmount(total, "definition")} on the copy` : spellAmount(count, "difference"),
        findings,
        notCovered: [
          ...(rewritten === 0
            ? []
            : [
                {
                  what: `The text of ${spellAmount(rewritten, "definition")}`,
                  why: "PostgreSQL writes casts and parentheses anew on a reload; without them they are equal",
                },
              ]),
          ...(onlyPresence === null
            ? []
            : [
                {
                  what: "The texts of the archive's definitions",
                  why: `${onlyPresence}, so only their presence was compared`,
                },
              ]),
          ...(left === 0
            ? []
            : [
                {
                  what: spellAmount(left, "definition"),
                  why: "left out or changed on purpose; the reasons stand beside this",
                },
              ]),
        ],
      });
    },
  };
}

function archiveSequences({ sequences }: ArchiveEvidence): Check {
  return {
    id: "archive.sequences",
    title: "Every sequence stands where the archive says",
    run() {
      if (sequences.length === 0) return notApplicable("Sequences", "the archive sets none");
      const off = sequences.filter(({ expected, actual }) => expected !== actual);
      return judge({
        expected: spellAmount(sequences.length, "sequence"),
        actual: off.length === 0 ? `${spellAmount(sequences.length, "sequence")} equal` : `${off.length} different`,
        findings: off.map(({ name, expected, actual }) => ({ object: name, attribute: "value", expected, actual })),
      });
    },
  };
}

function archiveLargeObjects({ restored, largeObjects }: ArchiveEvidence): Check {
  return {
    id: "archive.large_objects",
    title: "Every large object of the archive is on the copy, byte by byte",
    run() {
      const expected = restored.content.largeObjects;
      if (expected.size === 0 && largeObjects.size === 0)
        return notApplicable("Large objects", "the archive holds none");
      const ids = new Set([...expected.keys(), ...largeObjects.keys()]);
      const off = [...ids].filter((id) => expected.get(id) !== largeObjects.get(id));
      return judge({
        expected: spellAmount(expected.size, "large object"),
        actual:
          off.length === 0 ? `${spellAmount(largeObjects.size, "large object")} equal` : `${off.length} different`,
        findings: off.slice(0, shown).map((id) => ({
          object: `large object ${id}`,
          attribute: "content",
          expected: expected.has(id) ? "as in the archive" : "none in the archive",
          actual: largeObjects.has(id) ? "other bytes" : "missing",
        })),
      });
    },
  };
}

/**
 * The checks of an archive without a census, in the order in which people read them. What needs a census of the source
 * does not apply here, and the report says so.
 */
export function archiveChecks(evidence: ArchiveEvidence, teamChecks: readonly TeamCheck[]): Check[] {
  return [
    isolationThrowaway,
    archiveReadable(evidence),
    restoreErrors,
    archiveData(evidence),
    archiveDefinitions(evidence),
    archiveSequences(evidence),
    archiveLargeObjects(evidence),
    constraintsForeignKeys,
    { ...planRecordCounts, title: "The critical tables hold as many records as the archive" },
    planOrphans,
    planRlsEnabled,
    planFreshness,
    objectiveRto,
    objectiveRpo,
    ...teamChecks.map(teamCheck),
  ];
}

/** The same by id and title, for a run that ends before it gets to them. */
export function plannedArchiveChecks(
  teamChecks: readonly TeamCheck[],
): { readonly id: string; readonly title: string }[] {
  const definitions = { total: 0, missing: [], surplus: [], different: [], rewritten: 0, onlyPresence: null };
  const content = {
    tables: [],
    sequences: [],
    largeObjects: new Map(),
    definitions: [],
    changes: [],
    serverVersion: null,
    quotesAll: false,
  };
  const restored = { content, errors: [], notCovered: [], phases: [], standIns: { schemas: [], publications: [] } };
  const nothing: ArchiveEvidence = {
    restored,
    promised: null,
    digest: "",
    files: 0,
    tables: [],
    withoutRows: [],
    definitions,
    sequences: [],
    largeObjects: new Map(),
  };
  return [...archiveChecks(nothing, teamChecks), planExceptions].map(({ id, title }) => ({ id, title }));
}
