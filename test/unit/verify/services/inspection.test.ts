import { expect, test } from "vitest";
import { readInspection } from "../../../../src/verify/services/inspection.ts";
import { aContainerState } from "../../../support/a-subject.ts";

test("what an Engine leaves out is its default", () => {
  const state = aContainerState({ raw: { Config: {}, HostConfig: {} } });
  expect(readInspection(state)).toEqual({
    state,
    user: "",
    environment: [],
    privileged: false,
    capAdd: [],
    capDrop: [],
    securityOptions: [],
    readOnlyRoot: false,
    memoryBytes: 0,
    memorySwapBytes: 0,
    cpus: 0,
    pids: 0,
    hostNamespaces: [],
    networkMode: "",
    devices: [],
    restart: { name: "", maximumRetries: 0 },
    logDriver: "",
    logOptions: new Map(),
    executableTmpfs: [],
    mounts: [],
  });
});

test("what an Engine tells is read in one shape, capabilities without their prefix", () => {
  const state = aContainerState({
    raw: {
      Config: { User: "5:6", Env: ["A=1"] },
      HostConfig: {
        Privileged: true,
        CapAdd: ["CAP_CHOWN", "kill"],
        CapDrop: ["all"],
        SecurityOpt: ["no-new-privileges"],
        ReadonlyRootfs: true,
        Memory: 7,
        MemorySwap: 8,
        NanoCpus: 1_500_000_000,
        CpuQuota: 50_000,
        PidsLimit: 9,
        PidMode: "container:x",
        UTSMode: "host",
        NetworkMode: "t_edge",
        Devices: [{ PathOnHost: "/dev/sda" }],
        RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 },
        LogConfig: { Type: "journald", Config: { tag: "x" } },
        Tmpfs: { "/a": "rw,exec,size=1", "/b": "noexec", "/c": "", "/d": "exec,noexec" },
      },
      Mounts: [
        {
          Type: "volume",
          Name: "v",
          Source: "/s",
          Destination: "/t",
          RW: false,
          Propagation: "rprivate",
        },
        { Type: "tmpfs", Destination: "/u" },
      ],
    },
  });
  expect(readInspection(state)).toEqual({
    state,
    user: "5:6",
    environment: ["A=1"],
    privileged: true,
    capAdd: ["CHOWN", "KILL"],
    capDrop: ["ALL"],
    securityOptions: ["no-new-privileges"],
    readOnlyRoot: true,
    memoryBytes: 7,
    memorySwapBytes: 8,
    cpus: 1.5,
    pids: 9,
    hostNamespaces: ["uts"],
    networkMode: "t_edge",
    devices: ["/dev/sda"],
    restart: { name: "on-failure", maximumRetries: 3 },
    logDriver: "journald",
    logOptions: new Map([["tag", "x"]]),
    executableTmpfs: ["/a"],
    mounts: [
      {
        type: "volume",
        volume: "v",
        source: "/s",
        target: "/t",
        writable: false,
        propagation: "rprivate",
      },
      {
        type: "tmpfs",
        volume: undefined,
        source: "",
        target: "/u",
        writable: true,
        propagation: "",
      },
    ],
  });
});

test("a CPU limit of an older Engine is a quota in a tenth of a second", () => {
  const state = aContainerState({ raw: { Config: {}, HostConfig: { CpuQuota: 150_000 } } });
  expect(readInspection(state).cpus).toBe(1.5);
});

test("an answer of another shape is refused", () => {
  expect(() => readInspection(aContainerState({ raw: { HostConfig: {} } }))).toThrow("Config");
});
