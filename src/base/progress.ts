/** How long work tells people where it is. Printers live at the edge; the library only reports. */
export interface Progress {
  /**
   * Announces a step, runs it and announces its end (or failure). Steps may nest.
   * `note` replaces the step's one-line status, such as "12 of 40 tables".
   */
  step<T>(title: string, work: (note: (text: string) => void) => Promise<T>): Promise<T>;
  /** Something that people should know although the work goes on. */
  warn(message: string): void;
}

/** Says nothing: for tests and for callers that show nothing. */
export const silentProgress: Progress = {
  step: (_title, work) => work(() => {}),
  warn: () => {},
};
