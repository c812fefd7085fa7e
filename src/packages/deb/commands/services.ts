import { answerWithoutSystemd } from "../../commands/without-systemd.ts";
import type { Command } from "../../scripts/command.ts";
import { enableUnit } from "./systemd-helper.ts";

/**
 * `invoke-rc.d`, `service`, `deb-systemd-invoke` and `start-stop-daemon`: nothing is started while
 * an image is made, as policy-rc.d with 101 has it. Asked for the state, a service is not running.
 */
export const invoke: Command = (call) => {
  const isQuestion = call.args.includes("status") || call.args.includes("--status");
  return isQuestion ? 3 : 0;
};

/** `systemctl`, where no systemd runs. Of what changes files only enabling is done here. */
export const systemctl: Command = (call) => {
  const words = call.args.filter((arg) => !arg.startsWith("-"));
  const [action = "", ...units] = words;
  if (action === "enable") {
    for (const unit of units) enableUnit(call, unit);
    return 0;
  }
  return answerWithoutSystemd(action) ?? call.unsupported(`systemctl ${action}`);
};
