/** How long the Engine may take, in milliseconds. Tests shorten them. */
export interface Deadlines {
  /** From the request to the first byte of the answer, the connection included. */
  readonly firstByteMs: number;
  /**
   * Without an answer for so long the user is told; what takes its time by nature is allowed that
   * in addition.
   */
  readonly slowNoticeMs: number;
  /** Of a whole answer that is read at once. */
  readonly answerMs: number;
  /**
   * Silence in a progress stream after which the user is told, and the Engine asked whether it
   * still answers.
   */
  readonly stallNoticeMs: number;
  /**
   * Silence in a progress stream of an Engine that answers otherwise, after which the work is given
   * up.
   */
  readonly stallLimitMs: number;
}

/** What holds outside of tests. */
export const defaultDeadlines: Deadlines = {
  firstByteMs: 30_000,
  slowNoticeMs: 5000,
  answerMs: 60_000,
  stallNoticeMs: 5000,
  stallLimitMs: 600_000,
};
