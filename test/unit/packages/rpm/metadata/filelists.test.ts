import { expect, test } from "vitest";
import {
  FilelistsHandler,
  type FoundPath,
} from "../../../../../src/packages/rpm/metadata/filelists.ts";
import { XmlReader } from "../../../../../src/packages/rpm/metadata/xml.ts";

test("those paths are found that are looked for, with the packages that bring them", () => {
  const text = `<filelists packages="2"><package pkgid="11" name="a" arch="noarch"><version/>
<file>/a</file><file type="dir">/usr/share/b</file></package>
<package pkgid="22" name="c" arch="noarch"><file>/usr/share/b</file><file>/b</file></package></filelists>`;

  expect(find(text, ["/usr/share/b", "/absent"])).toEqual([
    { path: "/usr/share/b", name: "a", sha256: "11" },
    { path: "/usr/share/b", name: "c", sha256: "22" },
  ]);
});

test("another document is refused", () => {
  expect(() => find("<metadata/>", [])).toThrow("it is a <metadata>, not a list of paths");
});

function find(text: string, wanted: readonly string[]): readonly FoundPath[] {
  const handler = new FilelistsHandler(new Set(wanted));
  const reader = new XmlReader(handler);
  reader.write(Buffer.from(text));
  reader.end();
  return handler.found;
}
