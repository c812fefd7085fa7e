import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { mapTexts, printManifest } from "../../../../src/manifest/text/print.ts";
import { loadText, type World } from "../../../support/read-manifest.ts";

function manifestOf(text: string, world: World = {}): object {
  const loaded = loadText(text, world);
  if (!loaded.ok) throw new Error(loaded.error.map(({ message }) => message).join("\n"));
  return loaded.value.manifest;
}

const rich = `x-env: &env { LANG: C.UTF-8 }
name: shop
os: [debian-12, debian-13]
images:
  base: { from: scratch, user: "10001:10001", environment: { <<: *env, VERSION: 1.10 } }
  tool: { build: { context: tool, args: ["A=\${A}", B=2] } }
services:
  app:
    image: base
    environment: *env
    env_file: [app.env, { path: b.env, required: false }]
    depends_on: { db: {} }
    command: ["sh", "-c", "echo $$HOME 'it''s' \\"x\\" \\u00e9 # no comment"]
    tmpfs: [{ target: /run, mode: "0700" }]
    labels: ["a=yes", "b=0755", "c=~", "d=1e3", "e= padded ", "f=*a", "g=&a", "h={x}", "i=null"]
    networks: { back: }
  db:
    image: base
    profiles: [debug]
    secrets: [key]
    networks: [back]
networks: { back: { internal: true } }
volumes: { data: }
secrets: { key: { environment: DB_PASSWORD } }
`;

describe("what is printed reads as the same manifest again", () => {
  test.each([
    ["QClock", readFileSync("stack.config.yaml", "utf8")],
    ["one with anchors, variables and texts that look like something else", rich],
  ])("%s", (_what, text) => {
    const environment = { A: "$HOME and ${B:-c} and 100%" };
    const manifest = manifestOf(text, { environment });

    const printed = printManifest(manifest);

    // Without the variables: what they stood for is written out.
    expect(manifestOf(printed)).toEqual(manifest);
    expect(printed).not.toMatch(/^x-|<<:|\*env/m);
  });
});

test("each text is changed, with the path that leads to it", () => {
  const seen: string[] = [];
  const changed = mapTexts({ a: ["x", { b: "y" }], c: 1, d: null, e: true }, (text, path) => {
    seen.push(`${path.join(".")}=${text}`);
    return text.toUpperCase();
  });

  expect(changed).toEqual({ a: ["X", { b: "Y" }], c: 1, d: null, e: true });
  expect(seen).toEqual(["a.0=x", "a.1.b=y"]);
});
