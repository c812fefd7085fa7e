import { expect, test } from "vitest";
import { basesFirst } from "../../../../src/run/images/bases-first.ts";
import { anImage } from "../../../support/builders.ts";

/** `"app>base:3"` is app, which stands on base and has three packages. */
function images(text: string) {
  return text.split(" ").map((word) => {
    const [, name = "", parent, count] = /^(\w+)(?:>(\w+))?:(\d)$/.exec(word) ?? [];
    return anImage(name, {
      packages: Array.from({ length: Number(count) }, (_, index) => `package-${index}`),
      ...(parent === undefined ? {} : { parent }),
    });
  });
}

test.each([
  ["those that others stand on", "app>base:9 base:1", "base app"],
  ["each before what stands on it", "c>b:9 b>a:1 a:0 d>a:5", "a d b c"],
  ["the largest of those that wait for nothing", "a:1 b:3 c:2", "b c a"],
  ["the first of equal ones", "a:1 b:1 c:2", "c a b"],
  ["a parent that is not asked for makes no image wait", "a>gone:1 b>a:7 c:2", "c a b"],
])("%s come first: %s", (_what, text, order) => {
  const names = basesFirst(images(text)).map(({ name }) => name);
  expect(names.join(" ")).toBe(order);
});
