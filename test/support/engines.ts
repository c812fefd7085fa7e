import { homedir } from "node:os";
import { connectEngine } from "../../src/docker/connect.ts";
import type { Engine } from "../../src/docker/engine.ts";

/**
 * The Engines that integration tests run against: the one that qclock itself would use, and those
 * that QCLOCK_TEST_HOSTS adds, as URLs with commas between them. A test labels what it makes and
 * removes it again.
 */
export const testHosts: readonly (string | undefined)[] = [
  undefined,
  ...(process.env["QCLOCK_TEST_HOSTS"] ?? "").split(",").filter((host) => host !== ""),
];

/** Connect to one of `testHosts`. */
export async function connectTestEngine(host: string | undefined): Promise<Engine> {
  const variables = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return await connectEngine({ host, environment: new Map(variables), homeDirectory: homedir() });
}
