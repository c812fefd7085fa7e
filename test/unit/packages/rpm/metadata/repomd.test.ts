import { expect, test } from "vitest";
import { parseRepomd } from "../../../../../src/packages/rpm/metadata/repomd.ts";

const url = "http://mirror.invalid/repodata/repomd.xml";
const sha256 = "1".repeat(64);

test("the files that are read are told with digest, size and size when unpacked", () => {
  const repomd = parse([
    "<revision>1708177320</revision><tags><content>x</content></tags>",
    data("primary", { open: "<open-size>50</open-size>" }),
    data("modules"),
    data("primary_db"),
  ]);

  expect(repomd.revision).toBe("1708177320");
  expect(Object.fromEntries(repomd.files)).toEqual({
    primary: { path: "repodata/x.xml.gz", sha256, sizeBytes: 5, unpackedBytes: 50 },
    modules: { path: "repodata/x.xml.gz", sha256, sizeBytes: 5 },
  });
});

test.for([
  ["another document", "<html></html>", "it is a <html>, not a <repomd>"],
  ["no list of packages", repomdOf([data("filelists")]), "it names no primary"],
  ["one type twice", repomdOf([data("primary"), data("primary")]), "it names primary twice"],
  [
    "a weak checksum",
    repomdOf([data("primary", { type: "sha" })]),
    "it names primary by sha, not by SHA-256",
  ],
  [
    "a checksum that is none",
    repomdOf([data("primary", { sum: "../../etc/passwd" })]),
    "it names primary by sha256, not by SHA-256",
  ],
  ["no size", repomdOf([data("primary", { size: "" })]), 'a size of primary is ""'],
  ["a size below 0", repomdOf([data("primary", { size: "-1" })]), 'a size of primary is "-1"'],
  [
    "a huge size",
    repomdOf([data("primary", { size: "999999999999999" })]),
    "it says that primary has 999999999999999 bytes, far more than it can have",
  ],
  [
    "a way out of the folder",
    repomdOf([data("primary", { href: "repodata/../../../x" })]),
    '"repodata/../../../x" is no path below the repository\'s folder',
  ],
  [
    "a way out of the folder that is encoded",
    repomdOf([data("primary", { href: "repodata/%2e%2E/.%2e/x" })]),
    '"repodata/%2e%2E/.%2e/x" is no path below the repository\'s folder',
  ],
  ["another server", repomdOf([data("primary", { href: "http://a.invalid/x" })]), "is no path"],
  ["a query", repomdOf([data("primary", { href: "repodata/x?y" })]), "is no path"],
  ["an absolute path", repomdOf([data("primary", { href: "/x" })]), "is no path"],
  ["half of it", repomdOf([data("primary")]).slice(0, -12), "it is cut off inside <data>"],
] as const)("%s is refused", ([, text, message]) => {
  expect(() => parseRepomd(Buffer.from(text), url)).toThrow(
    expect.objectContaining({
      code: "package-corrupt",
      message: expect.stringContaining(`${url} cannot be read: `),
    }),
  );
  expect(() => parseRepomd(Buffer.from(text), url)).toThrow(message);
});

function parse(parts: readonly string[]): ReturnType<typeof parseRepomd> {
  return parseRepomd(Buffer.from(repomdOf(parts)), url);
}

function repomdOf(parts: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<repomd>\n${parts.join("\n")}\n</repomd>\n`;
}

function data(
  name: string,
  options: { type?: string; sum?: string; size?: string; href?: string; open?: string } = {},
): string {
  const {
    type = "sha256",
    sum = sha256,
    size = "5",
    href = "repodata/x.xml.gz",
    open = "",
  } = options;
  return `<data type="${name}"><checksum type="${type}">${sum}</checksum><location href="${href}"/><size>${size}</size>${open}</data>`;
}
