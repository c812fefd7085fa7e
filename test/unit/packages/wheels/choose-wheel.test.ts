import { expect, test } from "vitest";
import { chooseWheel } from "../../../../src/packages/wheels/choose-wheel.ts";
import { tagsFor } from "../../../../src/packages/wheels/environment.ts";
import type { IndexedFile } from "../../../../src/packages/wheels/project-page.ts";
import { aPython as python } from "../../../support/wheel.ts";

type Digit = string;

function listed(file: string, digit: Digit, parts: Partial<IndexedFile> = {}): IndexedFile {
  return { file, url: `https://x.example/${file}`, digest: digestOf(digit), ...parts };
}

function digestOf(digit: Digit): `sha256:${string}` {
  return `sha256:${digit.repeat(64)}`;
}

function choose(
  files: readonly IndexedFile[] | undefined,
  parts: { readonly version?: string; readonly hashes?: string } = {},
): string {
  return chooseWheel({
    image: "app",
    requirement: {
      name: "demo",
      version: parts.version ?? "1.0",
      extras: [],
      hashes: (parts.hashes ?? "0123456789").split("").map(digestOf),
      line: 3,
    },
    place: "requirements.txt:3",
    files,
    index: "https://index.example/simple/ (PIP_INDEX_URL)",
    python,
    tags: new Map(tagsFor(python, "amd64").map((tag, rank) => [tag, rank])),
  }).file;
}

test("the wheel with the best tag, of these the one with the greatest build", () => {
  const files = [
    listed("demo-1.0.tar.gz", "0"),
    listed("demo-1.0-py3-none-any.whl", "1"),
    listed("demo-1.0-cp311-abi3-manylinux_2_17_x86_64.whl", "2"),
    listed("demo-1.0-2-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "3"),
    listed("demo-1.0-10-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "4"),
    listed("demo-1.0-cp311-cp311-manylinux_2_39_x86_64.whl", "5"),
    listed("demo-1.0-cp311-cp311-musllinux_1_2_x86_64.whl", "6"),
    listed("demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl", "7"),
    listed("demo-1.0-cp311-cp311-manylinux_2_17_aarch64.whl", "8"),
    listed("demo-2.0-cp311-cp311-manylinux_2_17_x86_64.whl", "9"),
  ];
  expect(choose(files)).toBe(files[4]?.file);
  expect(choose(files, { hashes: "123" })).toBe(files[3]?.file);
  expect(choose(files, { hashes: "12" })).toBe(files[2]?.file);
  expect(choose(files, { hashes: "01" })).toBe(files[1]?.file);
});

test("builds of one number are compared by what follows it, and the same ones by their files", () => {
  const files = ["2a", "2b", "2"].map((build, index) =>
    listed(`demo-1.0-${build}-py3-none-any.whl`, String(index)),
  );
  expect(choose(files)).toBe("demo-1.0-2b-py3-none-any.whl");
  expect(choose(files.toReversed())).toBe("demo-1.0-2b-py3-none-any.whl");
  const same = [
    listed("demo-1.0.0-py3-none-any.whl", "1"),
    listed("demo-1.0-py3-none-any.whl", "2"),
  ];
  expect(choose(same)).toBe("demo-1.0-py3-none-any.whl");
  expect(choose(same.toReversed())).toBe("demo-1.0-py3-none-any.whl");
});

test("1.0 is 1.0.0, and a version with a dash has an underscore in the file's name", () => {
  expect(choose([listed("demo-1.0.0-py3-none-any.whl", "1")])).toBe("demo-1.0.0-py3-none-any.whl");
  expect(choose([listed("demo-1.0_1-py3-none-any.whl", "1")], { version: "1.0.post1" })).toBe(
    "demo-1.0_1-py3-none-any.whl",
  );
});

test("what cannot be used is refused with what there is", () => {
  const fails = (
    files: readonly IndexedFile[] | undefined,
    parts?: Parameters<typeof choose>[1],
  ): unknown => {
    try {
      return choose(files, parts);
    } catch (error) {
      return error;
    }
  };
  const code = "wheel-unavailable";
  expect(fails(undefined)).toMatchObject({
    code,
    message:
      'https://index.example/simple/ (PIP_INDEX_URL) has no project "demo", which requirements.txt:3 asks for.',
  });
  expect(
    fails([listed("demo-1.1-py3-none-any.whl", "1"), listed("demo-1.10.tar.gz", "2")]),
  ).toMatchObject({
    code,
    message: expect.stringContaining("has no demo 1.0, which requirements.txt:3 asks for."),
    details: ["demo 1.10", "demo 1.1"],
  });
  expect(fails([listed("demo-1.0.tar.gz", "1")])).toMatchObject({
    code,
    message: expect.stringContaining("exists as a source distribution alone"),
    hint: expect.stringContaining("pip wheel"),
  });
  expect(
    fails([
      listed("demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl", "1"),
      listed("demo-1.0-cp311-cp311-musllinux_1_2_x86_64.whl", "2"),
    ]),
  ).toMatchObject({
    code,
    message:
      'demo 1.0, which requirements.txt:3 asks for, has no wheel for the Python 3.11 of image "app" with glibc 2.36.',
    hint: expect.stringContaining("musllinux need another C library"),
    details: [
      "demo-1.0-cp311-cp311-musllinux_1_2_x86_64.whl",
      "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl",
    ],
  });
  expect(fails([listed("demo-1.0-py3-none-any.whl", "1", { yanked: "broken" })])).toMatchObject({
    code,
    message: expect.stringContaining("was withdrawn (yanked): broken."),
  });
  const yanked = `\u001B[2J${"x".repeat(1000)}`;
  expect(fails([listed("demo-1.0-py3-none-any.whl", "1", { yanked })])).toMatchObject({
    message: expect.stringContaining(`(yanked): ?[2J${"x".repeat(113)}....`),
  });
  expect(fails([listed("demo-1.0-py3-none-any.whl", "1")], { hashes: "2" })).toMatchObject({
    code,
    message: expect.stringContaining("has a hash that requirements.txt:3 names"),
    details: [`demo-1.0-py3-none-any.whl ${digestOf("1")}`],
  });
});
