/** How long work tells people where it is. Printers live at the edge; the library only reports. */
export interface Progress {
  /**
   * Announces a step, runs it and announces its end (or failure). Steps may nest.
   * `note` replaces the step's one-line status, such as "12 of 40 tables"; with it may come the share of the step that
   * is done, from 0 to 1, by bytes where these are known.
   */
  step<T>(title: string, work: (note: Note) => Promise<T>): Promise<T>;
  /** Something that people should know although the work goes on. */
  warn(message: string): void;
  /** From now on `text` says how long the whole will still take, or nothing; it is asked whenever something is shown. */
  timeLeft?(text: () => string | null): void;
}

/** Tells where a step is, in words and as a share of it. */
export type Note = (text: string, share?: number) => void;

/** Says nothing: for tests and for callers that show nothing. */
export const silentProgress: Progress = {
  step: (_title, work) => work(() => {}),
  warn: () => {},
};
