import { expect, test } from "vitest";
import { examineInfo } from "../../../src/docker/doctor.ts";
import type { EngineInfo } from "../../../src/docker/engine.ts";
import { refuseToSetUp } from "../../../src/docker/ensure.ts";
import { imageIdentity } from "../../../src/docker/identity.ts";
import { layersHeld } from "../../../src/docker/load.ts";
import { parseRoutes } from "../../../src/docker/observe/host-routes.ts";
import { hasControlGroups, parseControllers } from "../../../src/docker/setup/control-groups.ts";
import { type Machine, parseOsRelease } from "../../../src/docker/setup/machine.ts";
import { podmanPlace } from "../../../src/docker/setup/start-podman.ts";
import { QclockError } from "../../../src/error.ts";
import type { Digest } from "../../../src/digest.ts";
import { anEngineInfo } from "../../support/a-subject.ts";

const absence = new QclockError(
  "engine-unreachable",
  "No Engine was found at any of the usual sockets.",
);

const debian: Machine = {
  platform: "linux",
  isRoot: true,
  families: ["debian"],
  name: "Debian GNU/Linux 12",
  hasSystemd: false,
  hasAppArmor: false,
  dockerd: undefined,
  podman: undefined,
};

test("an Engine is set up on Debian and Ubuntu as root; elsewhere it is said what to do", () => {
  expect(refuseToSetUp(debian, absence)).toBeUndefined();
  expect(
    refuseToSetUp({ ...debian, families: ["linuxmint", "ubuntu", "debian"] }, absence),
  ).toBeUndefined();
  expect(refuseToSetUp({ ...debian, isRoot: false }, absence)?.hint).toMatch(/as root to install/u);
  expect(
    refuseToSetUp({ ...debian, isRoot: false, dockerd: "/usr/sbin/dockerd" }, absence)?.hint,
  ).toMatch(/as root to start/u);
  expect(
    refuseToSetUp({ ...debian, families: ["ol", "fedora"], name: "Oracle Linux 9" }, absence)?.hint,
  ).toMatch(/Oracle Linux 9.*podman/u);
  expect(
    refuseToSetUp({ ...debian, families: ["ol", "fedora"], dockerd: "/usr/bin/dockerd" }, absence),
  ).toBeUndefined();
  expect(refuseToSetUp({ ...debian, platform: "darwin", families: [] }, absence)?.hint).toMatch(
    /Docker Desktop/u,
  );
  expect(
    refuseToSetUp({ ...debian, families: ["arch"], name: "Arch Linux" }, absence),
  ).toMatchObject({ code: "engine-unreachable", hint: expect.stringContaining("Arch Linux") });
});

test("podman is started where it is installed and has a place for its socket", () => {
  const podman = "/usr/bin/podman";
  const runtime = new Map([["XDG_RUNTIME_DIR", "/run/user/1000"]]);
  expect(podmanPlace({ platform: "linux", podman: undefined, isRoot: true }, runtime)).toBe(
    undefined,
  );
  expect(podmanPlace({ platform: "darwin", podman, isRoot: true }, runtime)).toBe(undefined);
  expect(podmanPlace({ platform: "linux", podman, isRoot: true }, runtime)).toMatchObject({
    socket: "/run/podman/podman.sock",
    rootless: false,
  });
  expect(podmanPlace({ platform: "linux", podman, isRoot: false }, runtime)).toMatchObject({
    socket: "/run/user/1000/podman/podman.sock",
    rootless: true,
  });
  expect(podmanPlace({ platform: "linux", podman, isRoot: false }, new Map())).toBe(undefined);
  expect(
    podmanPlace(
      { platform: "linux", podman, isRoot: false },
      new Map([["XDG_RUNTIME_DIR", "run"]]),
    ),
  ).toBe(undefined);
  expect(refuseToSetUp({ ...debian, isRoot: false, podman }, absence)?.hint).toMatch(
    /XDG_RUNTIME_DIR/u,
  );
});

test("os-release with and without quotes", () => {
  expect(
    Object.fromEntries(
      parseOsRelease(
        'ID=ubuntu\nID_LIKE="debian x"\nPRETTY_NAME=\'Ubuntu\'\n# no\nESCAPED="a\\"b"\n',
      ),
    ),
  ).toEqual({ ID: "ubuntu", ID_LIKE: "debian x", PRETTY_NAME: "Ubuntu", ESCAPED: 'a"b' });
});

test("control groups: mounted or not, one hierarchy or several", () => {
  expect(
    hasControlGroups(
      "tmpfs /sys/fs/cgroup tmpfs rw 0 0\ncgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\n",
    ),
  ).toBe(true);
  expect(hasControlGroups("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n")).toBe(true);
  expect(
    hasControlGroups(
      "cgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n",
    ),
  ).toBe(false);
  const header = "#subsys_name\thierarchy\tnum_cgroups\tenabled\n";
  expect(parseControllers(`${header}cpu\t0\t1\t1\nmemory\t0\t1\t1\n`)).toEqual([]);
  expect(parseControllers(`${header}cpu\t2\t1\t1\nmemory\t3\t1\t0\npids\t4\t1\t1\n`)).toEqual([
    "cpu",
    "pids",
  ]);
});

test("routes of the host as CIDR, without the default route", () => {
  const table = [
    "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT",
    "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
    "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
    "docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0",
    "",
  ].join("\n");
  expect(parseRoutes(table)).toEqual(["192.0.2.0/24", "172.17.0.0/16"]);
});

const [a, b, c]: readonly [Digest, Digest, Digest] = ["sha256:a", "sha256:b", "sha256:c"];

function withLayers(...layers: readonly Digest[]): Parameters<typeof layersHeld>[0][number] {
  const bytes = new Uint8Array();
  return {
    config: bytes,
    configDigest: a,
    manifest: bytes,
    manifestDigest: a,
    layers: layers.map((diffId) => ({ diffId, sizeBytes: 0, path: "" })),
  };
}

test("layers are left out only where the Engine holds them from the bottom, in every image that has them", () => {
  expect(layersHeld([withLayers(a, b)], [])).toEqual(new Set());
  expect(layersHeld([withLayers(a, b)], [[a]])).toEqual(new Set([a]));
  expect(layersHeld([withLayers(a, b, c)], [[a], [a, b], [c]])).toEqual(new Set([a, b]));
  // The same layer over another one is another one to the Engine.
  expect(layersHeld([withLayers(a, b)], [[b]])).toEqual(new Set());
  expect(layersHeld([withLayers(a, b), withLayers(c, b)], [[a, b]])).toEqual(new Set([a]));
});

test("an image is the same by list and by inspection, in both stores", () => {
  expect(imageIdentity({ Id: "sha256:config" })).toBe("sha256:config");
  expect(
    imageIdentity({
      Id: "sha256:index",
      Manifests: [
        { ID: "sha256:image", Kind: "image", Available: true },
        { ID: "sha256:proof", Kind: "attestation", Available: true },
      ],
    }),
  ).toBe("sha256:image");
  expect(
    imageIdentity({
      Id: "sha256:index",
      Manifests: [{ ID: "sha256:image", Kind: "image", Available: false }],
    }),
  ).toBe("sha256:index");
});

const healthy: EngineInfo = { ...anEngineInfo, systemTime: "2026-01-02T03:04:05Z" };
const now = Date.parse("2026-01-02T03:04:06Z");

test("an Engine without faults has no warning", () => {
  expect(examineInfo(healthy, now).filter(({ status }) => status !== "ok")).toEqual([]);
});

test("each thing that an Engine lacks is a finding with a fix", () => {
  const faulty: EngineInfo = {
    ...healthy,
    hasInit: false,
    memoryLimit: false,
    swapLimit: false,
    pidsLimit: false,
    rootless: true,
    ipForwarding: false,
    isPodman: true,
    warnings: ["WARNING: bridge-nf-call-iptables is disabled"],
  };
  const findings = examineInfo(faulty, now + 60_000);
  expect(
    findings.filter(({ status }) => status !== "ok").map(({ id, status }) => `${id}: ${status}`),
  ).toEqual([
    "engine-init: warning",
    "limits: warning",
    "ip-forwarding: problem",
    "clock: warning",
    "podman: warning",
    "engine-warning: warning",
  ]);
  expect(findings.find(({ id }) => id === "limits")).toMatchObject({
    message: "the Engine cannot enforce memory and process limits",
    fix: expect.stringContaining("Delegate="),
  });
  expect(findings.find(({ id }) => id === "clock")?.message).toContain("61 s");
});
