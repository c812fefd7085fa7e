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
  const [action = ""] = words;
  switch (action) {
    case "daemon-reload":
    case "daemon-reexec":
    case "start":
    case "stop":
    case "restart":
    case "try-restart":
    case "reload":
    case "reload-or-restart":
    case "kill":
    case "reset-failed":
      return 0;
    case "is-active":
    case "status":
      return 3;
    case "enable":
      for (const unit of words.slice(1)) enableUnit(call, unit);
      return 0;
    case "":
    case "is-enabled":
    case "show":
    case "list-unit-files":
    case "list-units":
    case "is-system-running":
      return 1;
    default:
      return call.unsupported(`systemctl ${action}`);
  }
};
