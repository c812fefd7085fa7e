// `npm start`: everything from a bare machine to the dashboard's URL.
import { fileURLToPath } from "node:url";
import { runChild } from "./child.js";

const qclock = fileURLToPath(new URL("./qclock.js", import.meta.url));

for (const command of [["engine", "ensure"], ["up"]]) {
  process.exitCode = await runChild(process.execPath, [
    qclock,
    ...command,
    ...process.argv.slice(2),
  ]);
  if (process.exitCode !== 0) break;
}
