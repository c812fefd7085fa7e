import { expect, test } from "vitest";
import { formatGraph } from "../../../src/reporters/format/graph.ts";
import { stackOf } from "../../support/read-manifest.ts";

const stack = stackOf(
  `name: shop
images:
  base: { from: scratch, user: "1:1" }
  app: { from: base }
  tool: { build: tool }
  a-b: { image: "registry.example/x:1@sha256:${"0".repeat(64)}" }
services:
  web: { image: app, depends_on: { db: { condition: service_healthy }, init: { condition: service_completed_successfully } } }
  db: { image: base, depends_on: { init: { condition: service_started } } }
  init: { image: a-b, job: true }
`,
  {
    froms: new Map([["tool", ["app"]]]),
    files: ["tool/", "tool/Dockerfile"],
  },
);

test("as a tree: images by what they stand on, services by what they wait for", () => {
  expect(`\n${formatGraph(stack, "tree")}`).toMatchInlineSnapshot(`
    "
    shop
    images
    ├── base
    │   └── app
    │       └── tool (dockerfile)
    └── a-b (pulled)
    services
    └── web [app]
        ├── db [base] waits until healthy
        │   └── init [a-b] waits until completed
        └── init [a-b] waits until completed
    "
  `);
});

test("as mermaid, with identifiers that it takes", () => {
  expect(`\n${formatGraph(stack, "mermaid")}`).toMatchInlineSnapshot(`
    "
    flowchart LR
      subgraph images
        image_base[("base")]
        image_app[("app")]
        image_tool[("tool")]
        image_ax2db[("a-b")]
      end
      subgraph services
        service_init["init"]
        service_db["db"]
        service_web["web"]
      end
      image_app -->|from| image_base
      image_tool -->|from| image_app
      service_db -->|completed| service_init
      service_web -->|healthy| service_db
      service_web -->|completed| service_init
      service_init -.-> image_ax2db
      service_db -.-> image_base
      service_web -.-> image_app
    "
  `);
});

test("as dot", () => {
  expect(`\n${formatGraph(stack, "dot")}`).toMatchInlineSnapshot(`
    "
    digraph "shop" {
      rankdir=LR;
      node [fontname=sans];
      "image base" [label="base", shape=cylinder];
      "image app" [label="app", shape=cylinder];
      "image tool" [label="tool", shape=cylinder];
      "image a-b" [label="a-b", shape=cylinder];
      "service init" [label="init", shape=box];
      "service db" [label="db", shape=box];
      "service web" [label="web", shape=box];
      "image app" -> "image base";
      "image tool" -> "image app";
      "service db" -> "service init" [label="completed"];
      "service web" -> "service db" [label="healthy"];
      "service web" -> "service init" [label="completed"];
      "service init" -> "image a-b" [style=dashed];
      "service db" -> "image base" [style=dashed];
      "service web" -> "image app" [style=dashed];
    }
    "
  `);
});

test("as a versioned document", () => {
  expect(JSON.parse(formatGraph(stack, "json"))).toMatchObject({
    schema: "qclock/graph/v1",
    stack: "shop",
    imageEdges: expect.arrayContaining([{ from: "tool", to: "app", label: "from" }]),
    serviceEdges: expect.arrayContaining([{ from: "web", to: "init", label: "completed" }]),
    uses: expect.arrayContaining([{ from: "init", to: "a-b", label: "image" }]),
  });
});
