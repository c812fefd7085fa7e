/** What `systemctl` answers where no systemd runs: nothing is started, and nothing is. */
const answers: ReadonlyMap<string, number> = new Map([
  ["daemon-reload", 0],
  ["daemon-reexec", 0],
  ["start", 0],
  ["stop", 0],
  ["restart", 0],
  ["try-restart", 0],
  ["reload", 0],
  ["reload-or-restart", 0],
  ["reload-or-try-restart", 0],
  ["set-property", 0],
  ["kill", 0],
  ["reset-failed", 0],
  ["is-active", 3],
  ["is-failed", 3],
  ["status", 3],
  ["", 1],
  ["is-enabled", 1],
  ["show", 1],
  ["list-unit-files", 1],
  ["list-units", 1],
  ["is-system-running", 1],
]);

/**
 * The exit code of a verb of `systemctl` that changes no file; undefined for every other one.
 * Source: systemctl(1).
 */
export function answerWithoutSystemd(verb: string): number | undefined {
  return answers.get(verb);
}
