import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { machineOf, runsOn } from "../../../src/image/machine.ts";
import { createWorkshop } from "../../support/assemble.ts";
import { aSingleFile } from "../../support/an-artifact.ts";
import { file } from "../../support/deb.ts";
import { elfOf } from "../../support/elf.ts";

const executable = { mode: 0o755 };
const forArm64 = { machine: 0xb7 };

test.each([
  [elfOf({}), "amd64"],
  [elfOf(forArm64), "arm64"],
  [elfOf({ machine: 0x03 }), "i386"],
  [elfOf({ machine: 0x2a }), "machine 0x2a"],
  [elfOf({}).subarray(0, 19), undefined],
  [Buffer.from("#!/bin/sh\necho more than twenty bytes\n"), undefined],
])("the machine of a file is told by its head", (bytes, machine) => {
  expect(machineOf(bytes)).toBe(machine);
});

test("a head is read in the byte order that it names", () => {
  const bytes = elfOf({});
  bytes[5] = 2;
  bytes.writeUInt16BE(0x16, 18);

  expect(machineOf(bytes)).toBe("s390x");
});

test.each([
  ["amd64", "amd64", true],
  ["i386", "amd64", true],
  ["arm", "arm64", true],
  ["arm64", "amd64", false],
  ["amd64", "arm64", false],
  ["i386", "arm64", false],
])("what is for %s on %s: %s", (machine, architecture, isFine) => {
  expect(runsOn(machine, architecture)).toBe(isFine);
});

test("an image says what it is for, in OCI's words", async () => {
  await using workshop = await createWorkshop();
  const configOf = async (architecture: "amd64" | "arm64"): Promise<object> => {
    const { config } = await workshop.assemble({ architecture });
    return JSON.parse(Buffer.from(config).toString("utf8"));
  };

  await expect(configOf("arm64")).resolves.toMatchObject({
    architecture: "arm64",
    variant: "v8",
    os: "linux",
  });
  const native = await configOf("amd64");
  expect(native).toMatchObject({ architecture: "amd64", os: "linux" });
  expect(native).not.toHaveProperty("variant");
});

test.each([
  [
    "the program",
    elfOf(forArm64),
    elfOf({}),
    /^\/start, which image "made-up" starts, is for arm64/,
  ],
  [
    "a library",
    elfOf({ libraries: ["libx.so"] }),
    elfOf(forArm64),
    /libx\.so, a library of \/start,/,
  ],
])("%s that is for another machine is an error with a hint", async (_, start, library, message) => {
  await using workshop = await createWorkshop();
  const files = [file("start", start, executable), file("usr/lib/libx.so", library)];
  const config = {
    environment: new Map<string, string>(),
    exposedPorts: [],
    labels: new Map<string, string>(),
    entrypoint: ["/start"],
  };

  await expect(
    workshop.assemble({ debs: [{ name: "a", files }], image: { config } }),
  ).rejects.toMatchObject({
    code: "wrong-architecture",
    message: expect.stringMatching(message),
    hint: expect.stringContaining("-f"),
  });
});

test("what else the user brings for another machine is told when its layer is made, by name", async () => {
  await using workshop = await createWorkshop();
  const root = path.join(workshop.folder, "rootfs");
  await mkdir(path.join(root, "lib"), { recursive: true });
  for (const name of ["own", "data.bin", "lib/libx.so.1"])
    await writeFile(path.join(root, name), elfOf(name === "own" ? {} : forArm64));
  await chmod(path.join(root, "own"), 0o755);
  const tool = elfOf(forArm64);
  const image = {
    artifacts: [aSingleFile(tool, { path: "/opt/tool", mode: 0o755 })],
    files: [{ source: root, target: "/", uid: 0, gid: 0 }],
  };

  await workshop.assemble({ image, downloads: [tool] });
  const told = [
    'warning: Image "made-up" is for linux/amd64, which cannot run /opt/tool (arm64).',
    'warning: Image "made-up" is for linux/amd64, which cannot run /lib/libx.so.1 (arm64).',
  ];
  expect(workshop.notices).toEqual(told);

  await workshop.assemble({ image, downloads: [tool] });
  expect(workshop.notices).toEqual(told);
});
