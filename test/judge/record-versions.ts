/**
 * Has dpkg compare the versions of test/support/deb-versions.ts, and writes what it says to
 * test/fixtures/deb-versions.json, which a unit test compares with. On Debian:
 *
 *   node test/judge/record-versions.ts
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { versionPairs } from "../support/deb-versions.ts";

const orders = versionPairs().map(([one, other]) => {
  if (holds(one, "lt", other)) return -1;
  return holds(one, "eq", other) ? 0 : 1;
});
const target = path.join(import.meta.dirname, "../fixtures/deb-versions.json");
writeFileSync(target, `${JSON.stringify(orders)}\n`);

function holds(one: string, operator: "lt" | "eq", other: string): boolean {
  const { status, stderr } = spawnSync("dpkg", ["--compare-versions", one, operator, other]);
  if (stderr.length > 0) throw new Error(`${one} or ${other}: ${stderr.toString()}`);
  return status === 0;
}
