import { expect, test } from "vitest";
import {
  FilelistsHandler,
  type FoundPath,
} from "../../../../../src/packages/rpm/metadata/filelists.ts";
import { MemoryTally } from "../../../../../src/packages/rpm/metadata/memory-tally.ts";
import { XmlReader } from "../../../../../src/packages/rpm/metadata/xml.ts";

test("those paths are found that are looked for, with the packages that bring them", () => {
  const text = `<filelists packages="2"><package pkgid="${sha(1)}" name="a" arch="noarch"><version/>
<file>/a</file><file type="dir">/usr/share/b</file></package>
<package pkgid="${sha(2)}" name="c" arch="noarch"><file>/usr/share/b</file><file>/b</file></package></filelists>`;

  expect(find(text, ["/usr/share/b", "/absent"])).toEqual([
    { path: "/usr/share/b", name: "a", sha256: sha(1) },
    { path: "/usr/share/b", name: "c", sha256: sha(2) },
  ]);
});

test("another document is refused", () => {
  expect(() => find("<metadata/>", [])).toThrow("it is a <metadata>, not a list of paths");
});

test("what no list of packages can have is passed over", () => {
  const file = "<file>/b</file></package>";
  const text = `<filelists><package pkgid="${sha(1)}" name="a b">${file}<package pkgid="11" name="c">${file}<package name="d">${file}</filelists>`;

  expect(find(text, ["/b"])).toEqual([]);
});

test("paths without end are refused", () => {
  const one = `<package pkgid="${sha(1)}" name="a"><file>/b</file></package>`;
  const all = `<filelists>${one.repeat(2000)}</filelists>`;

  expect(find(all, ["/b"])).toHaveLength(2000);
  expect(() => find(all, ["/b"], 1)).toThrow("the metadata takes more than 1 MB of memory");
});

function sha(digit: number): string {
  return String(digit).repeat(64);
}

function find(text: string, wanted: readonly string[], megabytes = 10): readonly FoundPath[] {
  const handler = new FilelistsHandler(new Set(wanted), new MemoryTally(megabytes * 1024 ** 2));
  const reader = new XmlReader(handler);
  reader.write(Buffer.from(text));
  reader.end();
  return handler.found;
}
