/** What the broker has done since its start, as `GET /stats` shows it. */
export class Counts {
  jobs = { accepted: 0, done: 0, failed: 0, timed_out: 0, abandoned: 0, queue_full: 0 };
  /** Requests that are none of the three, or no text, by reason. */
  refused = { path: 0, method: 0, type: 0, length: 0, text: 0, protocol: 0 };
  /** Workers that a broker before this one left, and that were removed. */
  swept = 0;
}
