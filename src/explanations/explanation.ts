/** What a code means, for someone who has just met it. */
export interface Explanation {
  /** A few words, without a full stop. */
  readonly title: string;
  /** What is wrong and why qclock minds. */
  readonly explanation: string;
  /** What to do about it. */
  readonly fix: string;
  /** Text that gives this code, or a command that mends it. */
  readonly example?: string;
}
