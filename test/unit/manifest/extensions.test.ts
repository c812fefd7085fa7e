import { describe, expect, test } from "vitest";
import { loadManifest } from "../../../src/manifest/load.ts";
import { codesOf, readText, screenOf, stackOf } from "../../support/read-manifest.ts";

/**
 * `x-…` keys are the place for anchors, as in compose: allowed wherever the keys are a closed set.
 */

const base = 'name: shop\nimages: { base: { from: scratch, user: "10001:10001" } }\n';

describe("extensions", () => {
  test("an alias of an anchor below one is followed", () => {
    const stack = stackOf(
      `x-env: &env { LANG: C.UTF-8 }\n${base}services: { app: { image: base, environment: *env } }\n`,
    );

    expect(stack.services.get("app")?.environment).toEqual(new Map([["LANG", "C.UTF-8"]]));
  });

  test.each([
    ["at the top", `${base}x-a: [1, { b: 2 }]\n`],
    ["of a service", `${base}services: { app: { image: base, x-a: 1 } }\n`],
    ["of an image", 'name: shop\nimages: { base: { from: scratch, user: "1:1", x-a: 1 } }\n'],
    ["of a build", "name: shop\nimages: { base: { build: { context: a, x-a: 1 } } }\n"],
    ["of a network", `${base}networks: { n: { x-a: 1 } }\n`],
    ["of a volume", `${base}volumes: { v: { x-a: 1 } }\n`],
    ["of a secret", `${base}secrets: { s: { generate: true, x-a: 1 } }\n`],
    ["of a port", `${base}services: { app: { image: base, ports: [{ target: 80, x-a: 1 }] } }\n`],
    [
      "of a dependency",
      `${base}services: { db: { image: base }, app: { image: base, depends_on: { db: { x-a: 1 } } } }\n`,
    ],
  ])("%s", (_, text) => {
    expect(screenOf(text, { files: ["a/", "a/Dockerfile"] })).toBe("");
  });

  test("where names are free, x-a is a name like any other", () => {
    const { services } = stackOf(
      `${base}services: { x-a: { image: base, environment: { x-b: c } } }\n`,
    );

    expect([...(services.get("x-a")?.environment ?? [])]).toEqual([["x-b", "c"]]);
    expect(codesOf(`${base}services: { x-a: 1 }\n`)).toEqual(["wrong-type"]);
  });
});

describe("an anchor below a key that is not known", () => {
  const texts = [
    `${base}envs: &env { LANG: C }\nservices: { app: { image: base, environment: *env } }\n`,
    `${base}services: { app: { image: base, envs: &env { LANG: C }, environment: *env } }\n`,
  ];

  test.each(texts)("is followed: %s", (text) => {
    expect(codesOf(text)).toEqual(["unknown-key"]);
    const request = { path: "/p/s.yaml", displayPath: "s.yaml", environment: new Map(), text };
    const rest = loadManifest({ ...request, ignoreUnknownKeys: true });
    expect(rest.ok && rest.value.manifest.services["app"]?.environment).toEqual({ LANG: "C" });
  });
});

test("what is wrong behind an alias is shown at the anchor", () => {
  const read = readText(
    `x-app: &app\n  image: base\n  mem_limit: lots\n${base}services:\n  app: *app\n`,
  );

  expect(
    read.ok ? [] : read.error.map(({ message, location }) => [message, location.line]),
  ).toEqual([
    ['"services.app.mem_limit" must be a size such as `64k`, `512m` or `1g`; it is "lots".', 3],
  ]);
});
