import { expect, test } from "vitest";
import { scriptContainer, scriptTimeoutMs } from "../../../../src/run/scripts/script-container.ts";
import { scriptImage } from "../../../../src/run/scripts/script-image.ts";
import { labels } from "../../../../src/stack/labels.ts";

const about = { name: "t-scripts", image: "i", stackName: "t", runId: "r", version: "1" };

// Whoever weakens it changes this on purpose.
test("a container for scripts is bounded and shut in", () => {
  const { labels: found, ...request } = scriptContainer(about);
  expect(request).toEqual({
    name: "t-scripts",
    image: "i",
    hostname: "localhost",
    entrypoint: ["/bin/sh", "-c", "read -r line"],
    command: [],
    stdinOpen: true,
    user: "0:0",
    workingDirectory: "/",
    environment: new Map(),
    ports: [],
    mounts: [],
    tmpfs: [{ target: "/tmp", options: "rw,exec,nosuid,nodev,mode=1777,size=1073741824" }],
    limits: {
      memoryBytes: 2_147_483_648,
      cpus: 1,
      pids: 512,
      ulimits: [
        { name: "core", soft: 0, hard: 0 },
        { name: "fsize", soft: 4_294_967_296, hard: 4_294_967_296 },
        { name: "nofile", soft: 4096, hard: 4096 },
      ],
    },
    readOnlyRoot: false,
    dropCapabilities: ["ALL"],
    addCapabilities: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "SETGID", "SETUID"],
    noNewPrivileges: true,
    init: false,
    restart: { type: "no" },
    logging: { driver: "none", options: [] },
  });
  expect([...found]).toEqual([
    [labels.stack, "t"],
    [labels.role, "helper"],
    [labels.run, "r"],
    [labels.version, "1"],
  ]);
  expect(scriptTimeoutMs).toBe(600_000);
});

test("its image has no variable, no command and no account, and a name of the stack's own", () => {
  const image = scriptImage({
    stackName: "t",
    image: "app",
    architecture: "arm64",
    layers: [],
    tag: "r1",
  });
  expect(image.reference).toBe("qclock.invalid/t/app-scripts:r1");
  expect(JSON.parse(Buffer.from(image.config).toString("utf8"))).toEqual({
    architecture: "arm64",
    variant: "v8",
    os: "linux",
    created: "1970-01-01T00:00:00Z",
    config: { WorkingDir: "/" },
    rootfs: { type: "layers", diff_ids: [] },
    history: [],
  });
});
