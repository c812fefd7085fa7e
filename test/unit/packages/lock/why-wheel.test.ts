import { expect, test } from "vitest";
import { explainWheel } from "../../../../src/packages/lock/why-wheel.ts";
import type { LockedWheel } from "../../../../src/packages/package.ts";
import { formatWheelWhy } from "../../../../src/reporters/format/lock-why.ts";
import { createStyle } from "../../../../src/reporters/format/style.ts";
import { aDigest, aLockedImage, aLockTarget } from "../../../support/a-lock.ts";
import { anAssembledImage } from "../../../support/a-subject.ts";

/** A wheel from `click 8.1.7`, or from `click 8.1.7 < flask: click>=8` for one that is needed. */
function wheel(line: string): LockedWheel {
  const [id = "", ...needs] = line.split(" < ");
  const [name = "", version = ""] = id.split(" ");
  const reasons = needs.map((need) => {
    const [of = "", relation = ""] = need.split(": ");
    return { type: "dependency", of, relation } as const;
  });
  return {
    name,
    version,
    file: `${name}-${version}-py3-none-any.whl`,
    digest: aDigest(id),
    sizeBytes: 97_900,
    reasons: reasons.length === 0 ? [{ type: "requested" }] : reasons,
  };
}

const requirements = aDigest("lines");
const target = aLockTarget({
  base: aLockedImage([], { wheels: { requirements, files: [wheel("click 8.1.7")] } }),
  app: aLockedImage([], {
    wheels: {
      requirements,
      files: [
        wheel("flask 3.0.3"),
        wheel("markupsafe 2.1.5 < jinja2: MarkupSafe>=2.0 < werkzeug: MarkupSafe>=2.1.1"),
        wheel("jinja2 3.1.4 < flask: Jinja2>=3.1.2"),
      ],
    },
  }),
});
const line = { name: "markupsafe", version: "2.1.5", extras: [], hashes: [], line: 9 };
const images = [
  anAssembledImage("base"),
  anAssembledImage("app", {
    parent: "base",
    wheels: { file: "/r.txt", displayPath: "r.txt", requirements: [line] },
  }),
];
const plain = createStyle({ color: false });

test("the chain leads from what was asked for to the wheel, whatever the spelling of its name", () => {
  const why = explainWheel(target, images, "MarkupSafe");
  expect(why === undefined ? "" : formatWheelWhy(why, plain)).toBe(
    `markupsafe 2.1.5 wheel
  file       markupsafe-2.1.5-py3-none-any.whl
  size       98 kB
  named by   r.txt:9
  digest     ${aDigest("markupsafe 2.1.5")}

app: flask (asked for) -> jinja2 -> markupsafe
    flask 3.0.3 needs Jinja2>=3.1.2: jinja2 3.1.4
    jinja2 3.1.4 needs MarkupSafe>=2.0: markupsafe 2.1.5
    also: werkzeug needs MarkupSafe>=2.1.1`,
  );
});

test("an image has those of the image below", () => {
  const why = explainWheel(target, images, "click");
  expect(why).toMatchObject({ inherited: [{ image: "app", from: "base" }] });
  expect(why === undefined ? "" : formatWheelWhy(why, plain)).toContain("app: has it from base");
  expect(explainWheel(target, images, "django")).toBeUndefined();
});
