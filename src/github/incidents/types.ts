import type { FaultKey, IncidentState } from "./marker.ts";

/** An issue of Ithaca's, as it stands on GitHub. */
export interface Incident {
  readonly number: number;
  /** Its page. */
  readonly url: string;
  readonly title: string;
  readonly body: string;
  readonly key: FaultKey;
  /** Null where somebody has edited it away. */
  readonly state: IncidentState | null;
  readonly openedAt: Date;
  readonly labels: readonly string[];
  /** Logins. */
  readonly assignees: readonly string[];
}

/** Who did something. */
export interface Actor {
  readonly login: string;
  /** A person, as against GitHub's or anybody's robot. What Ithaca wrote is no person's, whose token it ever used. */
  readonly person: boolean;
}

/** Something that happened to an issue. */
export type IncidentEvent = {
  readonly at: Date;
  readonly actor: Actor;
} & (
  | { readonly what: "commented"; readonly text: string; readonly url: string }
  | { readonly what: "assigned" | "unassigned"; readonly login: string }
  | { readonly what: "labeled" | "unlabeled"; readonly label: string }
  | { readonly what: "closed" | "reopened" }
);
