// `npm start`: everything from a bare machine to the dashboard's URL, made from the first system
// whose packages can be had from here. `npm start -- --os NAME` and QCLOCK_OS name one.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runChild } from "./child.js";

const qclock = fileURLToPath(new URL("./qclock.js", import.meta.url));

// The command line goes before variables, so it says nothing where one of them does.
const variables = existsSync(".env") ? readFileSync(".env", "utf8") : "";
const isNamed =
  Boolean(process.env["QCLOCK_OS"]) || /^\s*(?:export\s+)?QCLOCK_OS\s*=\s*\S/m.test(variables);
const os = isNamed ? [] : ["--os", "auto"];

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
