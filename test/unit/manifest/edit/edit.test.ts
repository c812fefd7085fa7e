import { expect, test } from "vitest";
import {
  portVariables,
  withFirstOs,
  withPort,
  withStackName,
} from "../../../../src/manifest/edit/edit.ts";
import { problemOfStackName, toStackName } from "../../../../src/manifest/edit/stack-name.ts";

const text = `# a comment
name: shop # the name
services:
  front:
    ports: ["127.0.0.1:\${SHOP_PORT:-8080}:80", "9000:9000"]
    environment: { URL: "http://localhost:\${SHOP_PORT:-8080}/" }
  store:
    ports:
      - { target: 90, published: "\${STORE_PORT-9090}" }
      - 7000
`;

test("a stack is renamed, and everything else stays as it is written", () => {
  expect(withStackName(text, "other")).toBe(text.replace("name: shop #", "name: other #"));
  expect(withStackName('name: "shop"\n', "other")).toBe("name: other\n");
});

test.each(["123", "null", "true", "1e3", "0x1f"])("the name %s stays a text", (name) => {
  expect(withStackName(text, name)).toContain(`name: "${name}" # the name`);
});

test("a manifest without a name is no template", () => {
  expect(() => withStackName("images: {}\n", "other")).toThrow("has no name");
});

test.each([
  ["name: a\nos: [x, y, z] # z\nimages: {}\n", "name: a\nos: [y, x, z] # z\nimages: {}\n"],
  ["os:\n  - x # a list\n  - y\nimages: {}\n", "os:\n  - y # a list\n  - x\nimages: {}\n"],
  ["os: [y, x]\n", "os: [y, x]\n"],
  ["os: [x, z]\n", "os: [x, z]\n"],
  ["os: x\n", "os: x\n"],
  ["name: a\n", "name: a\n"],
])("of %j the system y comes first where it is listed", (manifest, expected) => {
  expect(withFirstOs(manifest, "y")).toBe(expected);
});

test("ports that a variable with a default publishes are found, and moved wherever they are used", () => {
  const ports = portVariables(text);
  expect(ports).toEqual([
    { service: "front", variable: "SHOP_PORT", port: 8080 },
    { service: "store", variable: "STORE_PORT", port: 9090 },
  ]);
  const [front, store] = ports;
  if (front === undefined || store === undefined) throw new Error("not found");
  expect(withPort(text, front, 1)).toBe(text.replaceAll("SHOP_PORT:-8080", "SHOP_PORT:-1"));
  expect(withPort(text, store, 2)).toBe(text.replace("STORE_PORT-9090", "STORE_PORT-2"));
  expect(portVariables("name: x\n")).toEqual([]);
});

test.each([
  ["shop", "shop"],
  ["my.shop_2", "my.shop_2"],
  ["My Shop!", "my-shop"],
  ["--Café--", "cafe"],
  ["...", undefined],
  ["", undefined],
  ["x".repeat(70), "x".repeat(63)],
  [`${"x".repeat(62)}--y`, "x".repeat(62)],
])("the folder %j gives its stack the name %j", (folder, name) => {
  expect(toStackName(folder)).toBe(name);
  expect(name === undefined ? undefined : problemOfStackName(name)).toBeUndefined();
});
