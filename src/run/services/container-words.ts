import type { ContainerState } from "../../docker/engine.ts";
import type { Service } from "../../stack/stack.ts";

/**
 * What a container is doing, or how it ended, in words that fit its state: an exit code is told
 * only of one that has ended.
 */
export function describeState(
  state: ContainerState,
  service: Pick<Service, "limits">,
  /**
   * Of its last end, where the Engine's events tell it: of one that runs again the Engine has
   * forgotten.
   */
  lastExitCode?: number,
): string {
  const { status, restartCount, error } = state;
  const restarts =
    restartCount === 0
      ? ""
      : `, restarted ${restartCount === 1 ? "once" : `${restartCount} times`}`;
  const reason = error === "" ? "" : ` (${error})`;
  switch (status) {
    case "running": {
      const before =
        lastExitCode === undefined
          ? ""
          : `, ended before with ${explainExitCode({ ...state, exitCode: lastExitCode }, service)}`;
      return `running${restarts}${restartCount === 0 ? "" : before}${reason}`;
    }
    case "restarting":
    case "exited":
    case "dead":
      return `${status}, ${explainExitCode({ ...state, exitCode: lastExitCode ?? state.exitCode }, service)}${restarts}${reason}`;
    case "created":
      return `created, never started${reason}`;
    case "paused":
    case "removing":
      return `${status}${reason}`;
  }
}

/**
 * An exit code in words, to be said behind "ended with". Source: Docker's run reference, "Exit
 * status"; signal(7) for those above 128.
 */
export function explainExitCode(
  state: Pick<ContainerState, "exitCode" | "oomKilled">,
  service: Pick<Service, "limits">,
): string {
  const { exitCode, oomKilled } = state;
  const megabytes = Math.round(service.limits.memoryBytes / 1024 / 1024);
  if (oomKilled)
    return `exit code ${exitCode} (killed: it reached its memory limit of ${megabytes} MB)`;
  switch (exitCode) {
    case 0:
      return "exit code 0 (no error)";
    case 125:
      return "exit code 125 (the Engine could not start it)";
    case 126:
      return "exit code 126 (the entrypoint cannot be executed)";
    case 127:
      return "exit code 127 (the entrypoint or its interpreter is not in the image)";
    case 134:
      return "exit code 134 (aborted, SIGABRT)";
    case 137:
      return "exit code 137 (killed, SIGKILL)";
    case 139:
      return "exit code 139 (crashed, SIGSEGV)";
    case 143:
      return "exit code 143 (ended on request, SIGTERM)";
    default:
      return `exit code ${exitCode}`;
  }
}
