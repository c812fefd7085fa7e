import { describe, expect, test } from "vitest";
import { codesOf, loadText, screenOf, stackOf } from "../../support/read-manifest.ts";

/** `<<: *name`, as compose files have it: a map takes over the pairs of others. */

const base = 'name: shop\nimages: { base: { from: scratch, user: "10001:10001" } }\n';

function serviceOf(text: string): object {
  const loaded = loadText(text);
  if (!loaded.ok) throw new Error(screenOf(text));
  return { ...loaded.value.manifest.services["app"] };
}

describe("a merge key", () => {
  test("brings the pairs of a map, and what is written out goes before them", () => {
    expect(
      serviceOf(`x-app: &app { image: base, pids_limit: 10, hostname: one }
${base}services:
  app:
    <<: *app
    hostname: two
`),
    ).toMatchObject({ image: "base", pids_limit: 10, hostname: "two" });
  });

  test("that comes last still brings only what is not written out", () => {
    expect(
      serviceOf(
        `x-a: &a { hostname: one, pids_limit: 10 }\n${base}services: { app: { image: base, hostname: two, <<: *a } }\n`,
      ),
    ).toMatchObject({ hostname: "two", pids_limit: 10 });
  });

  test("takes a list of maps, the first before the next", () => {
    expect(
      serviceOf(`x-a: &a { hostname: one }
x-b: &b { hostname: two, pids_limit: 10 }
${base}services: { app: { image: base, <<: [*a, *b, { pids_limit: 20, cpus: 2 }] } }
`),
    ).toMatchObject({ hostname: "one", pids_limit: 10, cpus: 2 });
  });

  test("brings what another merge key brought, also through an anchor of a list", () => {
    expect(
      serviceOf(`x-a: &a { hostname: one }
x-b: &b { <<: *a, pids_limit: 10 }
x-all: &all [*b, { cpus: 2 }]
${base}services: { app: { image: base, <<: *all } }
`),
    ).toMatchObject({ hostname: "one", pids_limit: 10, cpus: 2 });
  });

  test("works where the names are free: services, variables, labels", () => {
    const stack = stackOf(`x-services: &services
  app: &app
    image: base
    environment: &env { LANG: C.UTF-8, VERSION: 1.10 }
${base}services:
  <<: *services
  worker:
    <<: *app
    environment: { <<: *env, LANG: C }
    labels: { <<: { team: ops } }
`);

    expect([...stack.services.keys()]).toEqual(["app", "worker"]);
    expect(stack.services.get("worker")).toMatchObject({
      environment: new Map([
        ["LANG", "C"],
        ["VERSION", "1.10"],
      ]),
      labels: new Map([["team", "ops"]]),
    });
  });

  test("a map is taken over whole: maps inside of it are not merged with each other", () => {
    expect(
      serviceOf(
        `x-a: &a { environment: { A: 1 } }\n${base}services: { app: { image: base, <<: *a, environment: { B: 2 } } }\n`,
      ),
    ).toMatchObject({ environment: { B: "2" } });
  });

  test("a number that came from a variable stays what the variable says", () => {
    const world = { environment: { LIMIT: "64" } };
    const text = `x-a: &limit "\${LIMIT}"\n${base}services: { app: { image: base, pids_limit: *limit, environment: { A: *limit } } }\n`;
    expect(stackOf(text, world).services.get("app")).toMatchObject({
      limits: { pids: 64 },
      environment: new Map([["A", "64"]]),
    });
  });
});

describe("what is wrong", () => {
  test("with a value that a merge key brought is shown where it is written", () => {
    expect(
      screenOf(
        `x-app: &app\n  mem_limit: lots\n${base}services: { app: { image: base, <<: *app } }\n`,
      ),
    ).toMatchInlineSnapshot(`
      "
      stack.config.yaml:2:14 error: "services.app.mem_limit" must be a size such as \`64k\`, \`512m\` or \`1g\`; it is "lots". [invalid-value]

          2 |   mem_limit: lots
            |              ~~~~

      1 error
      "
    `);
  });

  test("with what a merge key takes is shown there", () => {
    expect(
      screenOf(`x-a: &a [1]\n${base}services: { app: { image: base, <<: *a }, b: { <<: text } }\n`),
    ).toMatchInlineSnapshot(`
      "
      stack.config.yaml:1:10 error: A merge key takes a map or a list of maps, but here is the number 1. [wrong-type]

          1 | x-a: &a [1]
            |          ~
            hint: Write \`<<: *name\`, where \`&name\` stands before a map.

      stack.config.yaml:4:52 error: A merge key takes a map or a list of maps, but here is "text". [wrong-type]

          4 | services: { app: { image: base, <<: *a }, b: { <<: text } }
            |                                                    ~~~~
            hint: Write \`<<: *name\`, where \`&name\` stands before a map.

      2 errors
      "
    `);
  });

  test("a variable that must not leave the machine is found behind a merge key", () => {
    const text = `x-m: &m { debian-12: "https://\${USER}.example" }\n${base}mirrors: { <<: *m }\n`;
    expect(codesOf(text, { environment: { USER: "me" } })).toEqual(["variable-sent-away"]);
  });

  test.each([
    ["a merge key given twice", "x-a: &a { b: 1 }\nx-c: { <<: *a, <<: *a }\n", "duplicate-name"],
    ["a merge key inside of what it names", "x-a: &a { <<: *a }\n", "yaml-alias"],
    ["a merge key without a value", "x-a: { <<: }\n", "wrong-type"],
    ["a key that only looks like one", 'networks: { back: { "<<": {} } }\n', "unknown-key"],
  ])("%s", (_what, text, code) => {
    expect(codesOf(base + text)).toEqual([code]);
  });
});

test("merge keys cannot multiply a text without end", () => {
  const pairs = Array.from({ length: 5000 }, (_, index) => `  k${index}: 1`).join("\n");
  const merges = Array.from({ length: 900 }, (_, index) => `x-${index}: { <<: *a }`).join("\n");
  const start = performance.now();

  expect(codesOf(`x-a: &a\n${pairs}\n${merges}\n${base}`)).toEqual(["yaml-alias"]);
  // Not a benchmark: four million pairs are not bounded.
  expect(performance.now() - start).toBeLessThan(10_000);
});
