import { expect, test } from "vitest";
import { explainPackage, type WhyImage } from "../../../../src/packages/lock/why.ts";
import { findProviders } from "../../../../src/packages/providers.ts";
import { formatPackageWhy } from "../../../../src/reporters/format/lock-why.ts";
import { createStyle } from "../../../../src/reporters/format/style.ts";
import { aLockedImage, aLockedPackage, aLockTarget } from "../../../support/a-lock.ts";
import { debOf, lockedOf } from "../../../support/deb.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

const target = aLockTarget({
  base: aLockedImage(["bash 5.2", "libc6 2.36 < bash: libc6 (>= 2.36)"]),
  app: aLockedImage([
    "apache2 2.4",
    "apache2-bin 2.4 < apache2: apache2-bin (= 2.4)",
    "libperl5.36 5.36 < perl: libperl5.36 (= 5.36)",
    "perl 5.36 < apache2-bin: perl:any",
  ]),
  tools: aLockedImage(["perl 5.36"]),
});
const images: readonly WhyImage[] = [
  { name: "base", packages: ["bash"] },
  { name: "app", parent: "base", packages: ["apache2", "libc6"] },
  { name: "tools", packages: ["perl"] },
  { name: "edge", parent: "app", packages: [] },
];

test("the chain leads from what was asked for to the package, with the relation of each step", () => {
  expect(text("libperl5.36")).toMatchInlineSnapshot(`
    "libperl5.36 5.36 amd64
      size       1.0 MB
      source     libperl5.36 5.36
      repository bookworm, pool/libperl5.36_5.36.deb
      signed by  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
      built      2023-11-14
      digest     sha256:9c70a98d63c9d5c9ec2ca4cdeff0ff434e5a753c541df3a7c2365642c4c32cae

    app: apache2 (asked for) -> apache2-bin -> perl -> libperl5.36
        apache2 2.4 needs apache2-bin (= 2.4): apache2-bin 2.4
        apache2-bin 2.4 needs perl:any: perl 5.36
        perl 5.36 needs libperl5.36 (= 5.36): libperl5.36 5.36
    edge: has it from app"
  `);
});

test("images that have it from what they stand on are named, and who asks for it as well", () => {
  expect(text("libc6").split("\n").slice(-4)).toEqual([
    "base: bash (asked for) -> libc6",
    "    bash 5.2 needs libc6 (>= 2.36): libc6 2.36",
    "app: has it from base, and asks for it as well",
    "edge: has it from base",
  ]);
});

test("a package that is there with all essential ones says so", () => {
  const { images: locked } = target;
  const base = locked.get("base");
  const essential = new Map([
    ...locked,
    [
      "base",
      {
        ...base,
        packages: (base?.packages ?? []).map((each) =>
          each.name === "bash" ? { ...each, reasons: [{ type: "essential" } as const] } : each,
        ),
      },
    ],
  ]);
  const why = explainPackage({ ...target, images: essential }, images, "libc6");

  if (why === undefined) throw new Error("the package was not found");
  expect(formatPackageWhy(why, createStyle({ color: false }))).toContain(
    "base: bash (essential) -> libc6",
  );
});

test("each image that holds it has its own chain", () => {
  const why = explainPackage(target, images, "perl");

  expect(why?.images.map(({ image, chain }) => [image, ...chain.map(({ name }) => name)])).toEqual([
    ["app", "apache2", "apache2-bin", "perl"],
    ["tools", "perl"],
  ]);
  expect(why?.inherited).toEqual([{ image: "edge", from: "app", requested: false }]);
});

test("versions that differ between images are told apart", () => {
  const two = aLockTarget({ a: aLockedImage(["perl 1"]), b: aLockedImage(["perl 2"]) });
  const why = explainPackage(two, [], "perl");

  expect(why === undefined ? "" : formatPackageWhy(why, plain)).toMatch(
    /^perl 1 amd64 in a\n[^]*\nperl 2 amd64 in b\n/,
  );
});

test("reasons that lead in a circle, as after an edit by hand, end", () => {
  const circle = aLockTarget({ a: aLockedImage(["one 1 < two: one", "two 1 < one: two"]) });
  const why = explainPackage(circle, [], "one");

  expect(why?.images[0]?.chain.map(({ name }) => name)).toEqual(["two", "one"]);
  expect(why === undefined ? "" : formatPackageWhy(why, plain)).toContain(
    "a: two (its reason is not in the lock) -> one",
  );
});

test("a package that no image holds has no reason", () => {
  expect(explainPackage(target, images, "nginx")).toBeUndefined();
});

test("who provides a virtual package is told by the packages that the store has", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const mawk = { name: "mawk", fields: { Provides: "awk, nothing (= 1)" } };
  const bytes = debOf(mawk);
  const locked = lockedOf(mawk, bytes);
  await store.put(
    locked.digest,
    (async function* () {
      yield bytes;
    })(),
  );
  const held = aLockTarget({ base: aLockedImage([locked, aLockedPackage("gawk 5")]) });

  await expect(findProviders(held, "awk", store)).resolves.toEqual([locked]);
  await expect(findProviders(held, "nothing", store)).resolves.toEqual([locked]);
  await expect(findProviders(held, "mawk", store)).resolves.toEqual([]);
});

test("several providers are told by their names, those that the store lacks are not", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const debs = ["original-awk", "mawk", "busybox"].map((name) => ({
    name,
    fields: { Provides: "awk" },
  }));
  const locked = debs.map((deb) => lockedOf(deb, debOf(deb)));
  for (const [index, deb] of debs.entries()) {
    const digest = locked[index]?.digest;
    if (digest === undefined || deb.name === "busybox") continue;
    await store.put(
      digest,
      (async function* () {
        yield debOf(deb);
      })(),
    );
  }
  const [one, two, three] = locked;
  if (one === undefined || two === undefined || three === undefined) throw new Error("three");
  const held = aLockTarget({ base: aLockedImage([one, three]), app: aLockedImage([two]) });

  await expect(findProviders(held, "awk", store)).resolves.toEqual([two, one]);
});

const plain = createStyle({ color: false });

test("nobody is said to have signed what nothing proves", () => {
  const why = explainPackage(target, images, "bash");
  if (why === undefined) throw new Error("bash is in no image");

  expect(formatPackageWhy(why, plain)).toContain("signed by  nobody: nothing proves it");
});

test("a script of a package that was undone is told with the image", () => {
  const why = explainPackage(target, images, "bash");
  if (why === undefined) throw new Error("bash is in no image");
  const leftScripts = [
    {
      package: "bash",
      script: "postinst",
      place: { script: "/usr/sbin/tool", line: 3 },
      reason: 'it needs the command "make-it"',
      effects: [{ grade: "cache", text: "the icon cache" } as const],
    },
  ];
  const told = why.images.map((each) => ({ ...each, leftScripts }));

  expect(formatPackageWhy({ ...why, images: told }, plain)).toContain(
    '    scripts: the postinst of bash was undone, because in line 3 of /usr/sbin/tool it needs the command "make-it". It would have updated the icon cache; most programs do without.',
  );
});

/** As it is printed of packages that a key was proved to have signed. */
function text(name: string): string {
  const why = explainPackage(target, images, name);
  if (why === undefined) return "";
  const signed = why.images.map((each) => ({ ...each, signedBy: "A".repeat(40) }));
  return formatPackageWhy({ ...why, images: signed }, plain);
}
