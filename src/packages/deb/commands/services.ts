import type { Command } from "../../scripts/command.ts";

/**
 * `invoke-rc.d`, `service`, `deb-systemd-invoke` and `start-stop-daemon`: nothing is started while
 * an image is made, as policy-rc.d with 101 has it. Asked for the state, a service is not running.
 */
export const invoke: Command = (call) => {
  const isQuestion = call.args.includes("status") || call.args.includes("--status");
  return isQuestion ? 3 : 0;
};
