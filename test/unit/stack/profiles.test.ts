import { describe, expect, test } from "vitest";
import { formatDiagnostics } from "../../../src/reporters/format/diagnostic.ts";
import {
  activate,
  activeImages,
  activeServices,
  findActivationProblems,
  narrowed,
  profilesOf,
} from "../../../src/stack/profiles.ts";
import type { Stack } from "../../../src/stack/stack.ts";
import { codesOf, stackOf } from "../../support/read-manifest.ts";

const images = `images:
  base: { from: scratch, user: "1:1" }
  app: { from: base }
  tools: { from: base }
  probe: { from: tools }
  spare: { from: tools }
`;

const whole = stackOf(`name: shop
${images}
services:
  db: { image: app }
  app: { image: app, depends_on: [db] }
  debug: { image: probe, profiles: [debug, dev], depends_on: [db] }
  seed: { image: tools, profiles: [dev], job: true, depends_on: { debug: { condition: service_started } } }
`);

const names = (stack: Stack): readonly string[] => activeServices(stack).map(({ name }) => name);

describe("a service is active", () => {
  test.each([
    [{ profiles: [] }, ["db", "app"]],
    [{ profiles: ["debug"] }, ["db", "app", "debug"]],
    [{ profiles: ["dev"] }, ["db", "app", "debug", "seed"]],
    [{ profiles: ["*"] }, ["db", "app", "debug", "seed"]],
    [{ profiles: ["other"] }, ["db", "app"]],
    // Naming a service activates its profiles, and with them whoever shares them.
    [{ profiles: [], services: ["seed"] }, ["db", "app", "debug", "seed"]],
    [{ profiles: [], services: ["debug"] }, ["db", "app", "debug", "seed"]],
    [{ profiles: [], services: ["app"] }, ["db", "app"]],
    [{ profiles: ["debug"], services: ["debug"] }, ["db", "app", "debug"]],
  ])("by %j", (activation, expected) => {
    expect(names(activate(whole, activation))).toEqual(expected);
  });
});

test("images that inactive services alone need are left out, and those that nobody needs are not", () => {
  const two = stackOf(`name: shop
images:
  base: { from: scratch, user: "1:1" }
  tools: { from: base }
  probe: { from: tools }
  other: { from: scratch, user: "1:1" }
services:
  db: { image: base }
  debug: { image: probe, profiles: [debug] }
`);
  expect(activeImages(activate(two, { profiles: [] }))).toEqual(["base", "other"]);
  expect(activeImages(activate(two, { profiles: ["debug"] }))).toEqual([...two.images.keys()]);
  // `spare` is nobody's, and stands on an image that only inactive services need.
  expect(activeImages(activate(whole, { profiles: [] }))).toEqual([
    "base",
    "app",
    "tools",
    "spare",
  ]);
});

test("a stack is narrowed to what is active and to what is there", () => {
  const stack = activate(whole, { profiles: [] });
  expect([...narrowed(stack, new Set()).services.keys()]).toEqual(["db", "app"]);
  expect([...narrowed(stack, new Set(["debug"])).services.keys()]).toEqual(["db", "app", "debug"]);
  expect(narrowed(stack, new Set(["debug"])).images.has("probe")).toBe(true);
  expect(narrowed(whole, new Set())).toBe(whole);
});

describe("a dependency that is not required", () => {
  const text = `name: shop
${images}
services:
  login: { image: app, profiles: [login] }
  app:
    image: app
    ports: ["8080:80"]
    depends_on: { login: { required: false, restart: true }, db: {} }
  alone: { image: app, depends_on: { login: { required: false } } }
  db: { image: app }
`;
  const shapeOf = (stack: Stack, name: string): unknown => {
    const service = stack.services.get(name);
    return [
      [...(service?.dependsOn.keys() ?? [])],
      [...(service?.networks.keys() ?? [])],
      service?.restartsWith,
    ];
  };

  test("is waited for as any other where it is active", () => {
    const stack = activate(stackOf(text), { profiles: ["login"] });

    expect(shapeOf(stack, "app")).toEqual([
      ["login", "db"],
      ["app-login", "app-db", "app-publish"],
      ["login"],
    ]);
    expect(findActivationProblems(stack)).toEqual([]);
  });

  test("is done without where it is not, and its network with it", () => {
    const stack = activate(stackOf(text), { profiles: [] });

    expect(shapeOf(stack, "app")).toEqual([["db"], ["app-db", "app-publish"], []]);
    // Probes still find an address.
    expect(shapeOf(stack, "alone")).toEqual([[], ["alone-only"], undefined]);
    expect(findActivationProblems(stack)).toEqual([]);
  });

  test("has to be there all the same", () => {
    expect(codesOf(text.replaceAll("login: { required", "logon: { required"))).toEqual([
      "unknown-service",
      "unknown-service",
    ]);
  });
});

test("every profile is known by its name", () => {
  expect([...profilesOf(whole)]).toEqual(["debug", "dev"]);
});

describe("what cannot be brought up together", () => {
  const problemsOf = (text: string, ...active: readonly string[]): string => {
    const stack = activate(stackOf(text), { profiles: active });
    return `\n${formatDiagnostics(findActivationProblems(stack), { color: false })}`;
  };

  test("is a service and a dependency that is not active", () => {
    const text = `name: shop\n${images}services:\n  debug: { image: app, profiles: [debug, dev] }\n  app: { image: app, depends_on: [debug] }\n`;
    expect(problemsOf(text)).toMatchInlineSnapshot(`
      "
      stack.config.yaml:10:35 error: "app" depends on "debug", of whose profiles none is active: debug, dev. [inactive-profile]

         10 |   app: { image: app, depends_on: [debug] }
            |                                   ~~~~~
            hint: Activate one with --profile debug, or give "app" the same profiles.

      1 error
      "
    `);
    expect(problemsOf(text, "dev").trim()).toBe("");
  });

  test("but not for services that are not meant", () => {
    const stack = activate(
      stackOf(
        `name: shop\n${images}services: { a: { image: app }, debug: { image: app, profiles: [debug] }, b: { image: app, depends_on: { debug: {} } } }\n`,
      ),
      { profiles: [], services: ["a"] },
    );
    expect(findActivationProblems(stack, ["a"])).toEqual([]);
    expect(findActivationProblems(stack).map(({ code }) => code)).toEqual(["inactive-profile"]);
  });

  const ports = `name: shop\n${images}services:\n  app: { image: app, ports: ["8080:80"] }\n  debug: { image: app, profiles: [debug], ports: ["8080:81"] }\n  other: { image: app, profiles: [other], ports: ["8080:82"] }\n`;

  test("is a port of the host that two of them publish", () => {
    const codes = (...active: readonly string[]): readonly string[] =>
      findActivationProblems(activate(stackOf(ports), { profiles: active })).map(
        ({ code }) => code,
      );
    expect(codes()).toEqual([]);
    expect(codes("debug")).toEqual(["port-conflict"]);
    const stack = activate(stackOf(ports), { profiles: [], services: ["debug"] });
    expect(findActivationProblems(stack, ["debug"])).toEqual([]);
  });

  test("is told of the manifest itself where both are always active", () => {
    expect(codesOf(ports)).toEqual([]);
    expect(codesOf(ports.replace("profiles: [debug], ", ""))).toEqual(["port-conflict"]);
  });
});

test.each([
  ["profiles: debug", ["wrong-type"]],
  ["profiles: [1]", ["wrong-type"]],
  ["profiles: ['*']", ["invalid-value"]],
  ["profiles: ['a b']", ["invalid-value"]],
  ["profiles: []", []],
])("%s", (written, codes) => {
  expect(codesOf(`name: shop\n${images}services: { app: { image: app, ${written} } }\n`)).toEqual(
    codes,
  );
});
