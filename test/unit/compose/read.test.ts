import { expect, test } from "vitest";
import {
  type ComposeFiles,
  importFilesOf,
  importScreen,
  loadedManifest,
} from "../../support/import-compose.ts";
import type { Manifest } from "../../../src/manifest/schema/manifest.ts";

async function manifestOf(given: ComposeFiles): Promise<Manifest> {
  const imported = await importFilesOf(given);
  if (!imported.ok) throw new Error(imported.error.map(({ message }) => message).join("\n"));
  return loadedManifest(imported.value).manifest;
}

test("files are laid over each other as compose lays them", async () => {
  const { services } = await manifestOf({
    files: {
      "compose.yaml": `
services:
  web:
    image: web
    command: [one]
    environment: [A=1, B=1]
    ports: ["8080:80"]
    healthcheck: { test: [CMD, a], interval: 5s }
    labels: { gone: "1" }
`,
      "over.yaml": `
services:
  web:
    command: [two]
    environment: { B: "2", C: "3" }
    ports: ["8081:81"]
    healthcheck: { test: [CMD, b] }
    labels: !reset null
`,
    },
    named: ["compose.yaml", "over.yaml"],
  });
  expect(services["web"]).toMatchObject({
    command: ["two"],
    environment: { A: "1", B: "2", C: "3" },
    ports: ["0.0.0.0:8080:80", "0.0.0.0:8081:81"],
    probes: [{ exec: { command: ["b"] }, interval: "5s" }],
  });
  expect(services["web"]?.labels).toBeUndefined();
});

test("a service is laid over the one that it extends, over several steps", async () => {
  const { services } = await manifestOf({
    files: {
      "compose.yaml": `
services:
  web: { extends: { service: middle }, environment: { A: web } }
  middle: { extends: { file: base.yaml, service: base }, environment: { B: middle }, tty: true }
  other: { extends: middle }
`,
      "base.yaml": "services: { base: { image: app, environment: { A: base, B: base, C: base } } }",
    },
  });
  expect(services["web"]).toMatchObject({
    tty: true,
    environment: { A: "web", B: "middle", C: "base" },
  });
  expect(services["other"]?.environment).toEqual({ A: "base", B: "middle", C: "base" });
});

test.each([
  ["no services", { "compose.yaml": "name: x" }],
  ["services that are none", { "compose.yaml": "services:" }],
  ["a list where a map should be", { "compose.yaml": "services: [web]" }],
  ["a service that is a text", { "compose.yaml": "services: { web: nginx }" }],
  [
    "a text where a list should be",
    { "compose.yaml": "services: { web: { image: a, ports: '80' } }" },
  ],
  ["no YAML", { "compose.yaml": "services: [" }],
  ["nothing at all", { "compose.yaml": "# nothing\n" }],
  ["a list as the whole", { "compose.yaml": "- services" }],
  ["a service without an image", { "compose.yaml": "services: { web: { command: x } }" }],
  ["a key given twice", { "compose.yaml": "services: { web: { image: a, image: b } }" }],
  [
    "services that extend each other",
    { "compose.yaml": "services: { a: { extends: b }, b: { extends: { service: a } } }" },
  ],
  [
    "a service that extends itself in another file",
    {
      "compose.yaml": "services: { a: { extends: { file: b.yaml, service: a } } }",
      "b.yaml": "services: { a: { extends: { file: compose.yaml, service: a } } }",
    },
  ],
  [
    "a service that is extended and is not there",
    { "compose.yaml": "services: { web: { extends: wep }, wepp: { image: a } }" },
  ],
  [
    "files that include each other",
    { "compose.yaml": "include: [b.yaml]", "b.yaml": "include: [{ path: compose.yaml }]" },
  ],
  ["a file that is included and is not there", { "compose.yaml": "include: [none.yaml]" }],
  [
    "a file that is fetched",
    { "compose.yaml": "include: ['oci://registry.example/x:1', 'https://git.example/x.git']" },
  ],
  [
    "a file outside of the project",
    {
      "compose.yaml":
        "include: [../x.yaml]\nservices: { a: { extends: { file: /etc/x.yaml, service: b } } }",
    },
  ],
  [
    "a name in two files",
    {
      "compose.yaml": "include: [b.yaml]\nservices: { a: { image: a } }",
      "b.yaml": "services: { a: { image: b } }",
    },
  ],
  [
    "a dependency that is not there",
    { "compose.yaml": "services: { web: { image: a, depends_on: [db] } }" },
  ],
  ["what is no variable", { "compose.yaml": "services: { web: { image: a, command: '${A B}' } }" }],
  ["a bomb of aliases", { "compose.yaml": bomb() }],
] as const)("%s is told at its place", async (_, files) => {
  expect(await importScreen({ files })).toMatchSnapshot();
});

function bomb(): string {
  const rows = Array.from(
    { length: 9 },
    (_, index) => `x-${index + 1}: &a${index + 1} [${Array(10).fill(`*a${index}`).join(", ")}]`,
  );
  return `x-0: &a0 [x]\n${rows.join("\n")}\nservices: { web: { image: a } }\n`;
}

test("a file to which very many ways lead is taken once", async () => {
  const levels = 24;
  const files: Record<string, string> = Object.fromEntries(
    Array.from({ length: levels }, (_, level) => {
      const next = `f${level + 1}.yaml`;
      return [`f${level}.yaml`, `include: [${next}, ${next}]\nvolumes: {}\n`];
    }),
  );
  files["f0.yaml"] += "services: { web: { image: web } }\n";
  files[`f${levels}.yaml`] = "volumes: {}\n";
  expect(Object.keys((await manifestOf({ files })).services)).toEqual(["web"]);
});
