import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadManifest } from "../../../src/manifest/load.ts";
import { resolveStack } from "../../../src/stack/resolve.ts";
import { seededRandom } from "../../support/seeded-random.ts";

/**
 * Whatever stands in a manifest, reading it ends in a stack or in diagnostics: an exception is a
 * bug.
 */

const seeds = [
  readFileSync("stack.config.yaml", "utf8"),
  [
    "x-env: &env { LANG: C.UTF-8 }",
    "name: shop",
    "os: [debian-12, debian-13]",
    "mirrors: { debian-12: https://mirror.example/debian }",
    "images:",
    "  base: &base { from: scratch, packages: { debian-12: [bash] }, user: '10001:10001' }",
    "  app:",
    "    from: base",
    "    files: [app, { path: a.conf, target: /etc/a.conf, mode: '0640' }]",
    "    artifacts: [{ url: https://a.example/x.tar.gz, sha256: abc, path: /opt }]",
    "    accounts: { users: [{ name: web, uid: 10001 }], groups: [] }",
    "  tool: { build: { context: tool, args: [A=1, 'B=${B:-2}'] } }",
    "  other: { image: 'registry.example/a:1@sha256:abc' }",
    "services:",
    "  db: { image: base, job: true, secrets: [pw], volumes: ['data:/data', './a:/b:ro'] }",
    "  app:",
    "    image: app",
    "    environment: *env",
    "    depends_on: { db: { condition: service_completed_successfully } }",
    "    ports: ['8080:80', { target: 81, published: '${PORT:-90}' }]",
    "    networks: { back: { aliases: [x] } }",
    "    tmpfs: /run/app:size=16m",
    "    cap_add: [NET_RAW]",
    "    probes: [{ http_get: { port: 80, path: /, json: { a.b: 1 } }, interval: 1s }]",
    "    policy: { capabilities: { NET_RAW: 'it pings other hosts' } }",
    "networks: { back: , front: { internal: false } }",
    "volumes: { data: }",
    "secrets: { pw: { generate: { length: 20 } }, key: { file: key } }",
  ].join("\n"),
] as const;

const tokens = [
  ...'&a *a *env &env <<: *env|x-a: |{ } [ ] [[ {} []|null|~|\'\'|"\\x00"|"\\e"|-1|1e400|.nan|.inf|0x1F|true|? a'.split(
    "|",
  ),
  ..."|- |>|---|%YAML 1.1|!!binary aGk=|!!set|${A}|${A:-{}|$|#|:|,|- |  |\t|\u{1F600}|\uFEFF|__proto__: 1|constructor: {}|toString: 1".split(
    "|",
  ),
];

/** Whole numbers from 0 to below a limit that a seed decides. */
function randomFrom(seed: number): (below: number) => number {
  const random = seededRandom(seed);
  return (below) => Math.floor(random() * below);
}

function mutate(text: string, random: (below: number) => number): string {
  let mutated = text;
  for (let count = 1 + random(4); count > 0; count--) {
    const at = random(mutated.length + 1);
    const token = tokens[random(tokens.length)] ?? "";
    const lines = mutated.split("\n");
    const line = random(lines.length);
    switch (random(6)) {
      case 0:
        mutated = mutated.slice(0, at) + token + mutated.slice(at);
        break;
      case 1:
        mutated = mutated.slice(0, at) + mutated.slice(at + 1 + random(12));
        break;
      case 2:
        mutated = lines.toSpliced(line, 1).join("\n");
        break;
      case 3:
        mutated = lines.toSpliced(random(lines.length), 0, lines[line] ?? "").join("\n");
        break;
      case 4:
        // A value is replaced by another.
        mutated = lines.with(line, (lines[line] ?? "").replace(/:.*/, `: ${token}`)).join("\n");
        break;
      default:
        // An anchor is put on a value, and an alias of it in another's place.
        mutated = lines
          .with(line, (lines[line] ?? "").replace(": ", ": &z "))
          .with(random(lines.length), `${"  ".repeat(random(3))}k${random(9)}: *z`)
          .join("\n");
    }
  }
  return mutated;
}

function read(text: string): unknown {
  const request = {
    path: "/project/stack.config.yaml",
    displayPath: "stack.config.yaml",
    environment: new Map([["A", "a"]]),
    text,
  };
  const strict = loadManifest(request);
  const loaded = strict.ok ? strict : loadManifest({ ...request, ignoreUnknownKeys: true });
  if (!loaded.ok) return loaded.error.length;
  return resolveStack({
    loaded: loaded.value,
    os: "debian-12",
    architecture: "amd64",
    froms: new Map([["tool", ["base"]]]),
    locate: (path) => ({ type: "file", path }),
  });
}

function exceptionOf(text: string): unknown {
  try {
    read(text);
    return undefined;
  } catch (error) {
    return error;
  }
}

test.each([1, 2, 3, 4, 5, 6])(
  "seed %i: 120 damaged manifests give no exception",
  (seed) => {
    const random = randomFrom(seed);
    for (let count = 0; count < 120; count++) {
      const text = mutate(seeds[count % seeds.length] ?? "", random);
      // The text goes with its exception, so that a failure can be repeated.
      expect({ text, exception: exceptionOf(text) }).toEqual({ text, exception: undefined });
    }
  },
  60_000,
);
