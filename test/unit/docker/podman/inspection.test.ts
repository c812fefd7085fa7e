import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { readLiveSettings } from "../../../../src/docker/observe/live-settings.ts";
import { inEngineWords } from "../../../../src/docker/podman/inspection.ts";

const fixtures = path.resolve(import.meta.dirname, "../../../fixtures/podman");
const recordedSchema = z.object({ answer: z.looseObject({}), own: z.looseObject({}) });

async function recorded(version: string): Promise<z.infer<typeof recordedSchema>> {
  const text = await readFile(path.join(fixtures, `container-${version}.json`), "utf8");
  return recordedSchema.parse(JSON.parse(text));
}

describe.each(["4.3.1", "5.4.2"])("podman %s", (version) => {
  test("tells what is in force in the Engine's words", async () => {
    const { answer, own } = await recorded(version);
    expect(readLiveSettings(inEngineWords(answer, own))).toMatchObject({
      memoryBytes: 67_108_864,
      memorySwapBytes: 67_108_864,
      cpus: 0.5,
      pids: 40,
      ulimits: ["nofile 20000:20000", "nproc 4096:4096"],
      otherResources: [],
      restart: { name: "on-failure", maximumRetries: 5 },
      privileged: false,
      addedCapabilities: [],
      droppedCapabilities: ["ALL"],
      noNewPrivileges: true,
      securityOptions: [],
      readOnlyRoot: true,
      sharedNamespaces: [],
      ports: [],
      mounts: [
        "volume rich_data at /data, writable",
        "volume rich_store-secrets at /run/secrets, read-only",
      ],
      tmpfs: ["/run/app, noexec,size=1048576,mode=750"],
      logDriver: "json-file",
    });
  });

  test("does not call its networks by its own name for a bridge", async () => {
    const { answer, own } = await recorded(version);
    expect(inEngineWords(answer, own)).toMatchObject({
      HostConfig: {
        NetworkMode: "rich_front-store",
        LogConfig: { Config: { "max-size": "10MB" } },
      },
    });
  });

  test("tells how mounts of the machine's folders are passed on", async () => {
    const { answer, own } = await recorded(version);
    const shared = { Type: "bind", Source: "/srv", Destination: "/srv", RW: true };
    const raw = inEngineWords({ ...answer, Mounts: [{ ...shared, Propagation: "rshared" }] }, own);
    expect(raw).toMatchObject({ Mounts: [{ Destination: "/srv", Propagation: "rshared" }] });
  });

  test("tells a capability that was left or added", async () => {
    const { answer, own } = await recorded(version);
    const words = inEngineWords(answer, { ...own, BoundingCaps: ["CAP_NET_RAW"] });
    expect(readLiveSettings(words)).toMatchObject({
      addedCapabilities: ["NET_RAW"],
      droppedCapabilities: ["ALL"],
    });
  });
});

test("a quota that is not the share of a CPU that was asked for is told", async () => {
  const { answer, own } = await recorded("4.3.1");
  const { HostConfig } = z.object({ HostConfig: z.looseObject({}) }).parse(answer);
  const changed = { ...answer, HostConfig: { ...HostConfig, CpuQuota: 90_000 } };
  expect(readLiveSettings(inEngineWords(changed, own))?.otherResources).toEqual([
    "CpuPeriod",
    "CpuQuota",
  ]);
});

test("a network that podman 4 names in the place of an id is not taken for another one", async () => {
  const { answer, own } = await recorded("4.3.1");
  const live = readLiveSettings(inEngineWords(answer, own));
  expect(live?.networks.get("rich_front-store")?.networkId).toBe("");
});

test("an answer of another shape is not understood, rather than taken for an Engine's", async () => {
  const { answer } = await recorded("4.3.1");
  expect(inEngineWords(answer, undefined)).toBe(undefined);
  expect(inEngineWords({}, {})).toBe(undefined);
});
