import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import {
  recallStack,
  rememberStack,
  type StackKey,
  type StackLookups,
} from "../../../../src/cli/open/stack-note.ts";
import type { Place } from "../../../../src/project/place.ts";
import { stackOf } from "../../../support/read-manifest.ts";
import { temporaryFolder, temporaryStore } from "../../../support/temporary-store.ts";

const text = `name: demo
images:
  base:
    from: scratch
    files: [rootfs]
    user: "10001:10001"
services:
  web:
    image: base
    environment: { LEVEL: "\${LEVEL:-info}" }
`;

const key: StackKey = {
  build: "0123",
  manifestPath: "/project/stack.config.yaml",
  overridePaths: [],
  sources: [{ displayPath: "stack.config.yaml", text }],
  os: undefined,
  architecture: "amd64",
  stackName: undefined,
};

const lookups = (parts: Partial<StackLookups> = {}): StackLookups => ({
  variables: new Map([["LEVEL", undefined]]),
  places: new Map(),
  dockerfiles: new Map(),
  requirements: new Map(),
  ...parts,
});

test("a stack comes back as it was resolved", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const stack = stackOf(text);
  await rememberStack(key, stack, { ...lookups(), store });

  expect(await recallStack(key, { environment: new Map(), store })).toEqual(stack);
});

test.each([
  ["another text", { sources: [{ displayPath: "stack.config.yaml", text: `${text}#` }] }],
  ["a further text", { sources: [...key.sources, { displayPath: "o.yaml", text: "name: b" }] }],
  ["another build of qclock", { build: "4567" }],
  ["another OS", { os: "debian-13" }],
  ["another name", { stackName: "second" }],
  ["another place", { manifestPath: "/other/stack.config.yaml" }],
] as const)("it is resolved anew for %s", async (_, difference) => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  await rememberStack(key, stackOf(text), { ...lookups(), store });

  const recalled = await recallStack({ ...key, ...difference }, { environment: new Map(), store });

  expect(recalled).toBeUndefined();
});

test("it is resolved anew when a variable that it asked for is set, even to nothing", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  await rememberStack(key, stackOf(text), { ...lookups(), store });

  const set = new Map([["LEVEL", ""]]);
  expect(await recallStack(key, { environment: set, store })).toBeUndefined();
  const other = new Map([["UNRELATED", "1"]]);
  expect(await recallStack(key, { environment: other, store })).toBeDefined();
});

test("a stack that holds the value of a variable does not reach the disk", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const variables = new Map([["LEVEL", "secret"]]);
  const stack = stackOf(text, { environment: { LEVEL: "secret" } });
  await rememberStack(key, stack, { ...lookups({ variables }), store });

  const environment = new Map([["LEVEL", "secret"]]);
  expect(await recallStack(key, { environment, store })).toBeUndefined();
});

test("a stack that holds a port comes back for that port alone", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const variables = new Map([
    ["PORT", "8081"],
    ["LEVEL", undefined],
  ]);
  const stack = stackOf(text);
  await rememberStack(key, stack, { ...lookups({ variables }), store });
  const recall = (environment: Readonly<Record<string, string>>): ReturnType<typeof recallStack> =>
    recallStack(key, { environment: new Map(Object.entries(environment)), store });

  expect(await recall({ PORT: "8081", UNRELATED: "1" })).toEqual(stack);
  for (const other of [{}, { PORT: "8082" }, { PORT: "" }, { PORT: "8081", LEVEL: "info" }])
    expect(await recall(other)).toBeUndefined();
});

test("it is resolved anew when a path that it names has become something else", async () => {
  await using temporary = await temporaryStore();
  await using folder = await temporaryFolder();
  const { store } = temporary;
  const named = path.join(folder.path, "rootfs");
  await mkdir(named);
  const inFolder = { ...key, manifestPath: path.join(folder.path, "stack.config.yaml") };
  const places = new Map<string, Place>([[named, { type: "directory", path: named }]]);
  await rememberStack(inFolder, stackOf(text), { ...lookups({ places }), store });
  const recall = (): ReturnType<typeof recallStack> =>
    recallStack(inFolder, { environment: new Map(), store });

  expect(await recall()).toBeDefined();
  await rm(named, { recursive: true });
  expect(await recall()).toBeUndefined();
  await writeFile(named, "");
  expect(await recall()).toBeUndefined();
});

test("it is resolved anew when a Dockerfile has changed: its FROM lines are part of the graph", async () => {
  await using temporary = await temporaryStore();
  await using folder = await temporaryFolder();
  const { store } = temporary;
  const inFolder = { ...key, manifestPath: path.join(folder.path, "stack.config.yaml") };
  const dockerfile = path.join(folder.path, "Dockerfile");
  await writeFile(dockerfile, "FROM base\n");
  const dockerfiles = new Map([[dockerfile, "FROM base\n"]]);
  await rememberStack(inFolder, stackOf(text), { ...lookups({ dockerfiles }), store });
  const recall = (): ReturnType<typeof recallStack> =>
    recallStack(inFolder, { environment: new Map(), store });

  expect(await recall()).toBeDefined();
  await writeFile(dockerfile, "FROM scratch\n");
  expect(await recall()).toBeUndefined();
});
