import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { conflictsOfImages } from "../../../../src/packages/deb/image-conflicts.ts";
import { debOf, type DebParts, file, link } from "../../../support/deb.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

interface ImageParts {
  readonly parent?: string;
  readonly packages: readonly (DebParts | string)[];
  readonly exclude?: readonly string[];
}

/** The conflicts of images by their names; a package that is a text is no deb. */
async function conflictsOf(
  images: Readonly<Record<string, ImageParts>>,
): Promise<Readonly<Record<string, readonly string[]>>> {
  await using folder = await temporaryFolder();
  let count = 0;
  const write = async (parts: DebParts | string) => {
    const deb = path.join(folder.path, `${(count += 1)}.deb`);
    await writeFile(deb, typeof parts === "string" ? parts : debOf(parts));
    return { name: typeof parts === "string" ? parts : parts.name, file: deb };
  };
  const requests = [];
  for (const [image, { parent, packages, exclude = [] }] of Object.entries(images)) {
    const files = [];
    for (const parts of packages) files.push(await write(parts));
    requests.push({ image, parent, packages: files, exclude });
  }
  const found = await conflictsOfImages(requests);
  return Object.fromEntries(
    [...found].map(([image, conflicts]) => [
      image,
      conflicts.map(({ path: at, first, second }) => `${first}, ${second}: ${at}`),
    ]),
  );
}

function holding(name: string, content: string): DebParts {
  return { name, files: [file("usr/bin/x", content)] };
}

/** Of configuration a package tells no checksum. */
function configured(name: string, content: string, parts: Partial<DebParts> = {}): DebParts {
  return {
    name,
    files: [file("etc/other.conf", name), file("etc/x.conf", content)],
    control: { md5sums: "", conffiles: "/etc/x.conf\n" },
    ...parts,
  };
}

test("an image's packages are held against each other and against those below, by the image", async () => {
  expect(
    await conflictsOf({
      base: { packages: [holding("a", "1"), { name: "c" }] },
      app: { parent: "base", packages: [holding("b", "2")] },
      top: { parent: "app", packages: [holding("d", "1")] },
      alone: { packages: [holding("b", "2"), holding("d", "1")] },
      orphan: { parent: "nowhere", packages: [holding("b", "2")] },
    }),
  ).toEqual({
    base: [],
    app: ["a, b: /usr/bin/x"],
    top: ["b, d: /usr/bin/x"],
    alone: ["b, d: /usr/bin/x"],
    orphan: [],
  });
});

test("what the image leaves out is no conflict, and what is no package has none", async () => {
  expect(
    await conflictsOf({
      excluding: { packages: [holding("a", "1"), holding("b", "2")], exclude: ["/usr/bin"] },
      damaged: { packages: ["no deb", holding("b", "2")] },
    }),
  ).toEqual({ excluding: [], damaged: [] });
});

test("configuration is compared by its type, its mode and its content", async () => {
  const other = (parts: Partial<DebParts>): ImageParts => ({
    packages: [configured("a", "1"), configured("b", "1", parts)],
  });
  const one = ["a, b: /etc/x.conf"];
  expect(
    await conflictsOf({
      same: other({}),
      content: other({ files: [file("etc/x.conf", "2")] }),
      mode: other({ files: [file("etc/x.conf", "1", { mode: 0o600 })] }),
      type: other({ files: [link("etc/x.conf", "1")] }),
      absent: other({ files: [file("etc/y.conf", "1")] }),
    }),
  ).toEqual({ same: [], content: one, mode: one, type: one, absent: [] });
});

test("two links are the same when they lead to the same", async () => {
  const linked = (name: string, target: string): DebParts =>
    configured(name, "", { files: [link("etc/x.conf", target)] });
  expect(
    await conflictsOf({
      same: { packages: [linked("a", "y"), linked("b", "y")] },
      other: { packages: [linked("a", "y"), linked("b", "z")] },
    }),
  ).toEqual({ same: [], other: ["a, b: /etc/x.conf"] });
});
