import type { AssembledImage } from "../../src/stack/stack.ts";

/** An image of a stack that says nothing, named as qclock names it. */
export function anImageIn(
  stack: string,
  name: string,
  parts: Partial<AssembledImage> = {},
): AssembledImage {
  return {
    type: "assembled",
    name,
    reference: `qclock.invalid/${stack}/${name}:latest`,
    packages: [],
    exclude: [],
    scripts: "interpret",
    essential: false,
    strictScripts: false,
    debconf: new Map(),
    users: [],
    groups: [],
    numericUsers: [],
    artifacts: [],
    files: [],
    directories: [],
    setuid: [],
    config: { environment: new Map(), exposedPorts: [], labels: new Map() },
    ...parts,
  };
}
