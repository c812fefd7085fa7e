import { expect, test } from "vitest";
import { chainOf } from "../../../src/stack/chain.ts";
import { isOfService } from "../../../src/stack/labels.ts";
import { aDockerfileImage, anImage, aStack } from "../../support/builders.ts";

const stack = aStack({
  images: [
    anImage("base"),
    anImage("middle", { parent: "base" }),
    anImage("app", { parent: "middle" }),
    aDockerfileImage("built", ["base"]),
    anImage("onBuilt", { parent: "built" }),
    anImage("orphan", { parent: "gone" }),
  ],
});

test.each([
  ["base", ["base"]],
  ["app", ["base", "middle", "app"]],
  ["built", ["built"]],
  ["onBuilt", ["built", "onBuilt"]],
  ["orphan", ["orphan"]],
])("%s stands on what leads to it, the lowest first: %j", (name, chain) => {
  const image = stack.images.get(name);
  if (image === undefined) throw new Error(`no image ${name}`);
  expect(chainOf(stack, image).map((each) => each.name)).toEqual(chain);
});

test.each([
  [undefined, true],
  ["service", true],
  ["job", true],
  ["hold", false],
  ["helper", false],
  ["run", false],
])("a container of the role %s is one of a service: %s", (role, ofService) => {
  expect(isOfService(role)).toBe(ofService);
});
