import { code, prose, table } from "../../report/escape.ts";
import { noReasonYet } from "../begin-incident.ts";
import type { Incident, Notes } from "../types.ts";
import { headline, previewSections, restorePoint, type Section } from "./sections.ts";

/** A section as markdown. Names of tables are code, sentences are prose: nothing of a database acts as markup. */
export function sectionMarkdown({ title, sentences, table: rows }: Section): string[] {
  return [
    `## ${prose(title)}`,
    "",
    ...(sentences.length > 1
      ? sentences.map((one) => `- ${prose(one, 800)}`)
      : sentences.map((one) => prose(one, 800))),
    ...(sentences.length > 0 ? [""] : []),
    ...(rows === undefined
      ? []
      : table(
          rows.head.map((cell) => prose(cell)),
          rows.rows.map(([first = "", ...rest]) => [code(first), ...rest.map((cell) => prose(cell))]),
        )),
  ];
}

/**
 * The command that does what the preview shows, and nothing else: with the backup by its id, since `latest` may be
 * another by then, and with the incident's. A reason that nobody has given yet is left for the person to say.
 */
export function executeCommand(incident: Incident): string {
  const chosen = incident.restore_point?.backup?.id;
  const request: Notes = {
    ...incident.request,
    ...(chosen !== undefined && "backup" in incident.request ? { backup: chosen } : {}),
    incident: incident.id,
  };
  const options = Object.entries(request).flatMap(([name, value]) => {
    if (value === true) return [`--${name}`];
    if (Array.isArray(value)) {
      return value.length === 0 ? [] : [`--${name} ${value.map((one) => shellWord(String(one))).join(" ")}`];
    }
    return typeof value === "string" || typeof value === "number" ? [`--${name} ${shellWord(String(value))}`] : [];
  });
  const { database, kind, reason, incident_at } = incident;
  return [
    `npm run ithaca -- recover ${kind} --database ${database}`,
    ...options,
    ...(incident_at === null ? [] : [`--incident-at ${shellWord(incident_at)}`]),
    `--reason ${reason === "" ? `"${noReasonYet}"` : shellWord(reason)} --execute --confirm ${database}`,
  ].join(" ");
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * The plan of a recovery as a step summary or the body of an issue to approve: what is overwritten, what is lost, how
 * long it takes, what could go wrong, and the one command that does it.
 */
export function previewMarkdown(incident: Incident): string {
  const { preview } = incident;
  const blocked = (preview?.obstacles.length ?? 0) > 0;
  return [
    `# ${prose(headline(incident))}`,
    "",
    `**${prose(preview?.summary ?? "Nothing could be planned.")}**`,
    "",
    `Restore point: ${prose(restorePoint(incident))}. Nothing has been changed yet.`,
    "",
    ...previewSections(incident).flatMap(sectionMarkdown),
    "## To do it",
    "",
    ...(blocked
      ? ["It cannot be done as it is: see what stands against it.", ""]
      : ["```sh", executeCommand(incident), "```", ""]),
  ].join("\n");
}
