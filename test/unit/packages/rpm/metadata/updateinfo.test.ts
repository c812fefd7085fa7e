import { expect, test } from "vitest";
import { MemoryTally } from "../../../../../src/packages/rpm/metadata/memory-tally.ts";
import { UpdateinfoHandler } from "../../../../../src/packages/rpm/metadata/updateinfo.ts";
import { XmlReader } from "../../../../../src/packages/rpm/metadata/xml.ts";

const update = `<update from="errata@invalid" status="final" type="security" version="2.0">
<id>ELSA-2024-1</id><title>bash update</title><severity>IMPORTANT</severity>
<references><reference href="http://a.invalid" id="CVE-2024-2" type="cve"/>
<reference id="CVE-2024-1" type="cve"/><reference id="1234" type="bugzilla"/></references>
<pkglist><collection short="OL9"><name>OL9</name>
<package name="bash" version="5.1" release="2.el9" epoch="1" arch="x86_64"><filename>x</filename></package>
<package name="bash" version="5.1" release="2.el9" epoch="1" arch="aarch64"><filename>x</filename></package>
<package name="bash" version="5.1" release="3.el9" epoch="1" arch="src"><filename>x</filename></package>
<package name="ksh" version="1" release="1" arch="x86_64"><filename>x</filename></package>
</collection></pkglist></update>`;

test("advisories are told of the packages that are asked for, each version once", () => {
  const text = `<?xml version="1.0"?>\n<updates>${update}<update type="bugfix"><id>ELBA-1</id><severity>None</severity><pkglist><collection><package name="bash" version="6" release="1" epoch="0" arch="noarch"/></collection></pkglist></update></updates>`;

  expect(read(text, ["bash"])).toEqual([
    {
      name: "bash",
      version: "1:5.1-2.el9",
      advisory: {
        id: "ELSA-2024-1",
        kind: "security",
        severity: "IMPORTANT",
        vulnerabilities: ["CVE-2024-1", "CVE-2024-2"],
      },
    },
    {
      name: "bash",
      version: "6-1",
      advisory: { id: "ELBA-1", kind: "bugfix", vulnerabilities: [] },
    },
  ]);
  expect(read(text, ["absent"])).toEqual([]);
});

test("what an advisory says of itself is safe to show", () => {
  const text = `<updates>${update.replace("ELSA-2024-1", `a\u{202e}b${"x".repeat(200)}`)}</updates>`;
  const [found] = read(text, ["bash"]);
  expect(found?.advisory.id).toBe(`a?b${"x".repeat(77)}`);
});

test("another document is refused, and references without end are", () => {
  expect(() => read("<metadata/>", [])).toThrow("it is a <metadata>, not a list of advisories");
  const references = Array.from(
    { length: 10_001 },
    (_, at) => `<reference id="CVE-${at}" type="cve"/>`,
  );
  const text = update.replace("<references>", `<references>${references.join("")}`);
  expect(() => read(`<updates>${text}</updates>`, [])).toThrow("refers to more than 10000");
});

test("advisories without end are refused, and count where they are about a package alone", () => {
  const all = `<updates>${update.repeat(100)}</updates>`;

  expect(() => read(all, ["bash"], new MemoryTally(50_000))).toThrow("more than 1 MB of memory");
  expect(read(all, ["absent"], new MemoryTally(50_000))).toEqual([]);
});

function read(
  text: string,
  names: readonly string[],
  memory = new MemoryTally(),
): UpdateinfoHandler["found"] {
  const handler = new UpdateinfoHandler(new Set(names), memory);
  const reader = new XmlReader(handler);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 4096) reader.write(bytes.subarray(at, at + 4096));
  reader.end();
  return handler.found;
}
