import { expect, test } from "vitest";
import { labels } from "../../../src/stack/labels.ts";
import { isOurs, type OwnedKind, recordOf } from "../../../src/stack/ownership.ts";

const madeAtMs = Date.parse("2026-05-01T12:00:00Z");

interface Thing {
  readonly kind: OwnedKind;
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
}

/** A thing as qclock makes it. */
function made(kind: OwnedKind, name: string, own: Readonly<Record<string, string>>): Thing {
  const found = new Map([[labels.stack, "t"], [labels.run, "r1"], ...Object.entries(own)]);
  const record = recordOf({ kind, name, labels: found }, madeAtMs);
  return { kind, name, labels: new Map([...found, [labels.record, record]]) };
}

function ours(thing: Thing, createdAtMs: number | undefined = madeAtMs, stack = "t"): boolean {
  return isOurs({ ...thing, stack, createdAtMs });
}

const network = made("network", "t_edge", { [labels.network]: "edge" });
const volume = made("volume", "t_data", { [labels.volume]: "data" });
const service = { [labels.service]: "app", [labels.role]: "service", [labels.configHash]: "h" };
const container = made("container", "t-app-1", service);

test("what qclock made is known again", () => {
  expect(ours(network)).toBe(true);
  expect(ours(volume, undefined)).toBe(true);
  expect(ours(container)).toBe(true);
  expect(ours(made("volume", "t__secrets", {}))).toBe(true);
  expect(ours(made("container", "t-qclock-hold", { [labels.role]: "hold" }))).toBe(true);
});

test.each<[string, Thing]>([
  ["a network under another name", { ...network, name: "t_copy" }],
  ["a network with the key of its name", renamed(network, "t_copy", labels.network, "copy")],
  ["a volume under another name", { ...volume, name: "t_backup" }],
  ["a volume with the key of its name", renamed(volume, "t_backup", labels.volume, "backup")],
  ["a container under another name", { ...container, name: "t-app-2" }],
  ["a container with the service of its name", renamed(container, "t-x-1", labels.service, "x")],
  ["a volume with a network's labels", { ...network, kind: "volume" }],
])("labels that were copied onto %s do not make it ours", (_, thing) => {
  expect(ours(thing)).toBe(false);
});

test("labels that were copied onto what was made later under the same name do not make it ours", () => {
  expect(ours(network, madeAtMs + 3000)).toBe(true);
  expect(ours(network, madeAtMs + 90_000)).toBe(false);
  expect(ours(network, madeAtMs - 90_000)).toBe(false);
});

test("how long before and after its record a thing may have been made", () => {
  expect(ours(network, madeAtMs + 60_000)).toBe(true);
  expect(ours(network, madeAtMs + 60_001)).toBe(false);
  expect(ours(network, madeAtMs - 5000)).toBe(true);
  expect(ours(network, madeAtMs - 5001)).toBe(false);
});

test("a record is computed as ever, or what was made by an older qclock would be nobody's", () => {
  expect(network.labels.get(labels.record)).toBe(
    "2026-05-01T12:00:00.000Z e2022d27f3292e16fa5120a4373136f5",
  );
});

test("a volume of secrets is known by its stack's name, a container without a service by its role", () => {
  expect(ours(made("volume", "u__secrets", {}))).toBe(false);
  expect(ours(made("container", "t-qclock-hold", {}))).toBe(false);
});

test("the stack's label alone, or with a changed definition, does not make it ours", () => {
  const bare = new Map([
    [labels.stack, "t"],
    [labels.network, "edge"],
  ]);
  expect(ours({ ...network, labels: bare })).toBe(false);
  const edited = new Map([...container.labels, [labels.configHash, "other"]]);
  expect(ours({ ...container, labels: edited })).toBe(false);
});

test("another stack's things are not ours, whatever their record", () => {
  expect(ours(network, madeAtMs, "u")).toBe(false);
});

test("labels that a container has from its image change nothing", () => {
  const inherited = new Map([
    ...container.labels,
    [labels.image, "app"],
    [labels.fingerprint, "sha256:1"],
  ]);
  expect(ours({ ...container, labels: inherited })).toBe(true);
});

function renamed(thing: Thing, name: string, key: string, value: string): Thing {
  return { ...thing, name, labels: new Map([...thing.labels, [key, value]]) };
}
