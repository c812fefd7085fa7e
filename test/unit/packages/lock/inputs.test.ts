import { expect, test } from "vitest";
import { assembledImages } from "../../../../src/stack/images/assembled-images.ts";
import { packageInputs } from "../../../../src/packages/lock/inputs.ts";
import type { Artifact, AssembledImage, Image, Stack } from "../../../../src/stack/stack.ts";
import { aService } from "../../../support/a-service.ts";
import { aSingleFile } from "../../../support/an-artifact.ts";
import { anAssembledImage } from "../../../support/a-subject.ts";

const base = anAssembledImage("base", { packages: ["bash", "libc6"] });
const download = aSingleFile(Buffer.from("tool"));
const app = anAssembledImage("app", { parent: "base", packages: ["apache2"] });

test("the same stack has the same digest", () => {
  expect(packageInputs(aStack([base, app]))).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(packageInputs(aStack([base, app]))).toBe(packageInputs(aStack([{ ...base }, { ...app }])));
});

test.for<readonly [string, Stack]>([
  ["another package", aStack([base, { ...app, packages: ["apache2", "php8.2-fpm"] }])],
  ["another parent", aStack([base, { ...app, parent: "other" }])],
  ["no parent", aStack([base, anAssembledImage("app", { packages: ["apache2"] })])],
  ["an exclusion", aStack([base, { ...app, exclude: ["/usr/share/doc"] }])],
  [
    "a user",
    aStack([
      base,
      { ...app, users: [{ name: "u", uid: 1, gid: 1, gecos: "", home: "/", shell: "/bin/sh" }] },
    ]),
  ],
  ["a group", aStack([base, { ...app, groups: [{ name: "g", gid: 1, members: [] }] }])],
  ["a file that stays setuid", aStack([base, { ...app, setuid: ["/usr/bin/su"] }])],
  ["an artifact", aStack([base, { ...app, artifacts: [download] }])],
  ["one image more", aStack([base, app, anAssembledImage("db")])],
  ["another OS", aStack([base, app], { os: "debian-13" })],
  ["a stream of a module", aStack([base, app], { modules: ["php:8.2"] })],
  ["a further repository", aStack([base, app], { furtherRepositories: ["extra"] })],
  ["another architecture", aStack([base, app], { architecture: "arm64" })],
  [
    "a mirror",
    aStack([base, app], { mirrors: new Map([["debian-12", "https://m.example/debian"]]) }),
  ],
])("%s makes the lock stale", ([, changed]) => {
  expect(packageInputs(changed)).not.toBe(packageInputs(aStack([base, app])));
});

test.for<readonly [string, Stack]>([
  ["another name", aStack([base, app], { name: "other", directory: "/elsewhere" })],
  ["another manifest text", aStack([base, app], { manifestDigest: `sha256:${"1".repeat(64)}` })],
  [
    "a service with its port",
    aStack([base, app], { services: new Map([["app", aService({ name: "app", httpProbe: 80 })]]) }),
  ],
  [
    "a setting of an image",
    aStack([base, { ...app, config: { ...app.config, exposedPorts: ["80/tcp"] } }]),
  ],
  [
    "a mirror of another OS",
    aStack([base, app], { mirrors: new Map([["debian-13", "https://m.example/debian"]]) }),
  ],
])("%s changes nothing", ([, changed]) => {
  expect(packageInputs(changed)).toBe(packageInputs(aStack([base, app])));
});

test("an artifact counts by its URL, its digest and its path, in whatever order", () => {
  const inputs = (...artifacts: readonly Artifact[]): string =>
    packageInputs(aStack([base, { ...app, artifacts }]));
  const other = { ...download, path: "/opt/a" };

  expect(inputs(download, other)).toBe(inputs(other, { ...download, mode: 0o755, uid: 5 }));
  expect(inputs(other)).not.toBe(inputs(download));
  expect(inputs({ ...download, url: "https://other.example/tool" })).not.toBe(inputs(download));
  expect(inputs(aSingleFile(Buffer.from("other")))).not.toBe(inputs(download));
});

test("without artifacts the digest is what it was before there were some", () => {
  expect(packageInputs(aStack([anAssembledImage("base", { packages: ["bash"] })]))).toBe(
    "sha256:ce25716fbc34ff2194c7292e0808c23f2b0cb46e27e694165b132b6033601ced",
  );
});

test("images from a Dockerfile or a registry hold no packages of ours", () => {
  const stack = aStack([base, app]);
  const source = `registry.example/tool@sha256:${"0".repeat(64)}`;
  const tool: Image = { type: "pulled", name: "tool", reference: "qclock.invalid/t/tool", source };
  const images = new Map([...stack.images, ["tool", tool]]);

  expect(assembledImages({ ...stack, images }).map(({ name }) => name)).toEqual(["base", "app"]);
  expect(packageInputs({ ...stack, images })).toBe(packageInputs(stack));
});

function aStack(images: readonly AssembledImage[], parts: Partial<Stack> = {}): Stack {
  return {
    name: "t",
    manifestPath: "/project/stack.config.yaml",
    directory: "/project",
    manifestDigest: `sha256:${"0".repeat(64)}`,
    os: "debian-12",
    architecture: "amd64",
    mirrors: new Map(),
    images: new Map(images.map((image) => [image.name, image])),
    services: new Map(),
    networks: new Map(),
    volumes: new Map(),
    secrets: new Map(),
    locations: new Map(),
    ...parts,
  };
}
