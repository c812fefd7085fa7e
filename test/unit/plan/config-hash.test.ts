import { expect, test } from "vitest";
import { configHash, divergedSections } from "../../../src/plan/config-hash.ts";
import { secretsHash } from "../../../src/plan/volumes/plan-volumes.ts";
import type { Service } from "../../../src/stack/stack.ts";
import { aService } from "../../support/builders.ts";

function hashOf(
  parts: Partial<Service> = {},
  fingerprint: `sha256:${string}` = "sha256:a",
): string {
  return configHash({
    service: aService({ name: "app", ...parts }),
    fingerprint,
    networks: ["t_edge"],
    secrets: "none",
  });
}

test("the same definition gives the same hash, in whatever order the manifest says it", () => {
  const one = new Map([
    ["A", "1"],
    ["B", "2"],
  ]);
  const two = new Map([
    ["B", "2"],
    ["A", "1"],
  ]);

  expect(hashOf({ environment: one, labels: one })).toBe(hashOf({ environment: two, labels: two }));
});

test("what differs is named, and nothing else", () => {
  const before = hashOf();

  expect(divergedSections(before, before)).toEqual([]);
  expect(divergedSections(before, hashOf({}, "sha256:b"))).toEqual(["image"]);
  expect(divergedSections(before, hashOf({ user: "1", command: ["x"] }))).toEqual([
    "command",
    "user",
  ]);
  expect(divergedSections(before, hashOf({ groups: ["105"] }))).toEqual(["user"]);
  expect(divergedSections(before, hashOf({ restart: { type: "no" } }))).toEqual(["lifecycle"]);
  const { limits } = aService({ name: "app" });
  const nofile = { name: "nofile", soft: 1, hard: 1 };
  for (const more of [
    { shmBytes: 1 },
    { ulimits: [nofile] },
    { ulimits: [{ ...nofile, hard: 2 }] },
  ])
    expect(divergedSections(before, hashOf({ limits: { ...limits, ...more } }))).toEqual([
      "limits",
    ]);
  expect(
    divergedSections(
      before,
      hashOf({ hardening: { ...aService({ name: "app" }).hardening, readOnlyRoot: false } }),
    ),
  ).toEqual(["hardening"]);
});

test("what is declared anew or no longer is named; who declares nothing keeps the containers of before", () => {
  const before = hashOf();
  const logging = hashOf({ logging: { driver: "local", options: [] } });

  expect(divergedSections(before, logging)).toEqual(["logging"]);
  expect(divergedSections(logging, before)).toEqual(["logging"]);
  const extraHosts = [{ name: "a", address: "10.0.0.1" }];
  expect(divergedSections(before, hashOf({ extraHosts }))).toEqual(["hosts"]);
  expect(divergedSections(hashOf({ extraHosts }), before)).toEqual(["hosts"]);
  expect(divergedSections(before, hashOf({ tty: true }))).toEqual(["command"]);
  expect(divergedSections(before, hashOf({ stdinOpen: true }))).toEqual(["command"]);
});

test("what files of variables give is told apart from what the manifest gives", () => {
  const variables = (file: string, own: string): Partial<Service> => ({
    environment: new Map([
      ["FILE", file],
      ["OWN", own],
    ]),
    fileVariables: new Set(["FILE"]),
  });
  const before = hashOf(variables("1", "1"));

  expect(divergedSections(before, hashOf(variables("2", "1")))).toEqual(["env_file"]);
  expect(divergedSections(before, hashOf(variables("1", "2")))).toEqual(["environment"]);
  const withoutFile = hashOf({ environment: new Map([["OWN", "1"]]) });
  expect(divergedSections(before, withoutFile)).toEqual(["env_file"]);
  expect(divergedSections(withoutFile, before)).toEqual(["env_file"]);
});

test.each([undefined, "", "garbage", "sha256:0123"])(
  "everything differs from a hash that is not ours: %s",
  (observed) => {
    expect(divergedSections(observed, hashOf())).toContain("image");
    expect(divergedSections(observed, hashOf())).toContain("environment");
  },
);

test("values cannot be moved between variables without being noticed", () => {
  expect(hashOf({ environment: new Map([["A", "1;B=2"]]) })).not.toBe(
    hashOf({
      environment: new Map([
        ["A", "1"],
        ["B", "2"],
      ]),
    }),
  );
});

test("a secret's place and owner count; nothing of its content is in a label", () => {
  const service = aService({
    name: "app",
    secrets: [{ secret: "key", target: "/run/secrets/key", mode: 0o400 }],
  });
  const before = secretsHash(service);

  expect(secretsHash({ ...service, user: "10002" })).not.toBe(before);
  expect(
    secretsHash({
      ...service,
      secrets: [{ secret: "key", target: "/run/secrets/key", mode: 0o440 }],
    }),
  ).not.toBe(before);
  expect(secretsHash(aService({ name: "app" }))).toBe("none");
});
