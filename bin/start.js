// `npm start`: everything from a bare machine to the dashboard's URL.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const qclock = fileURLToPath(new URL("./qclock.js", import.meta.url));

for (const command of [["engine", "ensure"], ["up"]]) {
  const { status } = spawnSync(process.execPath, [qclock, ...command, ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  if (status !== 0) {
    process.exitCode = status ?? 1;
    break;
  }
}
