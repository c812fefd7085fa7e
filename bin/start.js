// `npm start`: everything from a bare machine to the dashboard's URL, made from the first system
// whose packages can be had from here. `npm start -- --os NAME` and QCLOCK_OS name one.
import { fileURLToPath } from "node:url";
import { runChild } from "./child.js";

const qclock = fileURLToPath(new URL("./qclock.js", import.meta.url));

// The command line goes before the variable, so it says nothing where that does.
const os = process.env["QCLOCK_OS"] ? [] : ["--os", "auto"];

for (const command of [
  ["engine", "ensure"],
  ["up", ...os],
]) {
  process.exitCode = await runChild(process.execPath, [
    qclock,
    ...command,
    ...process.argv.slice(2),
  ]);
  if (process.exitCode !== 0) break;
}
