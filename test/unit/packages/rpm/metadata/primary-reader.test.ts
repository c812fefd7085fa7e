import { expect, test } from "vitest";
import {
  PACKAGE_END,
  PACKAGE_START,
  PlainPackages,
} from "../../../../../src/packages/rpm/metadata/plain-package.ts";
import {
  type PackageEntry,
  toEntry,
} from "../../../../../src/packages/rpm/metadata/primary-index.ts";
import { PrimaryReader } from "../../../../../src/packages/rpm/metadata/primary-reader.ts";
import { PrimaryHandler } from "../../../../../src/packages/rpm/metadata/primary.ts";
import { XmlReader } from "../../../../../src/packages/rpm/metadata/xml.ts";
import { seededRandom } from "../../../../support/seeded-random.ts";

/** As createrepo_c 0.20 writes it. */
const httpd = `<package type="rpm">
  <name>httpd-core</name>
  <arch>x86_64</arch>
  <version epoch="0" ver="2.4.57" rel="5.0.1.el9"/>
  <checksum type="sha256" pkgid="YES">${"0a".repeat(32)}</checksum>
  <summary>httpd minimal core</summary>
  <description>The httpd-core package contains essential httpd binaries &amp; more,
with “quotes” and an &#228;.</description>
  <packager></packager>
  <url>https://httpd.example/</url>
  <time file="1698873541" build="1698873000"/>
  <size package="1485321" installed="4878232" archive="4910452"/>
  <location href="getPackage/httpd-core-2.4.57-5.0.1.el9.x86_64.rpm"/>
  <format>
    <rpm:license>ASL 2.0</rpm:license>
    <rpm:vendor/>
    <rpm:group>Unspecified</rpm:group>
    <rpm:buildhost>build.example</rpm:buildhost>
    <rpm:sourcerpm>httpd-2.4.57-5.0.1.el9.src.rpm</rpm:sourcerpm>
    <rpm:header-range start="4504" end="70761"/>
    <rpm:provides>
      <rpm:entry name="httpd-core" flags="EQ" epoch="0" ver="2.4.57" rel="5.0.1.el9"/>
      <rpm:entry name="config(httpd-core)" flags="EQ" epoch="2" ver="2.4.57"/>
      <rpm:entry name="mod_so.so()(64bit)"/>
    </rpm:provides>
    <rpm:requires>
      <rpm:entry name="/usr/sbin/useradd" pre="1"/>
      <rpm:entry name="(glibc &gt;= 2.34 if /etc/langs)"/>
      <rpm:entry name="httpd-filesystem" flags="GE" epoch="0" ver="2.4"/>
      <rpm:entry name="libapr-1.so.0()(64bit)"/>
    </rpm:requires>
    <rpm:conflicts>
      <rpm:entry name="mod_http2" flags="LT" epoch="0" ver="1.15" rel="1"/>
    </rpm:conflicts>
    <rpm:obsoletes>
      <rpm:entry name="httpd-old" flags="LE" epoch="1" ver="2" rel="3"/>
    </rpm:obsoletes>
    <rpm:suggests/>
    <rpm:recommends>
      <rpm:entry name="mod_lua" flags="GT" epoch="0" ver="2" rel="0"/>
    </rpm:recommends>
    <file>/usr/sbin/httpd</file>
    <file type="dir">/etc/httpd</file>
    <file type="ghost">/etc/httpd/a &amp; b</file>
  </format>
</package>`;

test("a package as createrepo_c writes it is read from its bytes", () => {
  const bytes = Buffer.from(httpd);
  const entry = new PlainPackages().read(bytes, 0, bytes.length);

  expect(entry === undefined ? undefined : shown(entry)).toEqual(byXml(listOf(httpd)).at(0));
  expect(entry).toMatchObject({
    provided: [
      "httpd-core",
      "config(httpd-core)",
      "mod_so.so()(64bit)",
      "/usr/sbin/httpd",
      "/etc/httpd",
      "/etc/httpd/a & b",
    ],
    obsoleted: ["httpd-old"],
    asked: ["/usr/sbin/useradd", "/etc/langs"],
  });
});

test("a package without space between its elements is read from its bytes", () => {
  const dense = httpd.replaceAll(/>\s+</g, "><");
  const bytes = Buffer.from(dense);
  const entry = new PlainPackages().read(bytes, 0, bytes.length);

  expect(entry === undefined ? undefined : shown(entry)).toEqual(byXml(listOf(dense)).at(0));
  expect(entry?.provided).toHaveLength(6);
});

/** What createrepo_c does not write: each makes another package, or none. */
const odd: readonly (readonly [what: string, from: string, to: string])[] = [
  ["a comment", "<arch>", "<!-- <arch> --><arch>"],
  ["a comment that ends the package", "<arch>", "<!-- </package> --><arch>"],
  ["a section of plain text", "httpd minimal core", "<![CDATA[</package>]]>"],
  ["an instruction", "<arch>", "<?php </package> ?><arch>"],
  ["a name in a section", "httpd-core<", "<![CDATA[httpd-core]]><"],
  ["a name with a reference", "httpd-core<", "httpd&#45;core<"],
  ["a name without letters", "httpd-core<", "<"],
  ["an empty name", "<name>httpd-core</name>", "<name/>"],
  ["no name", "<name>httpd-core</name>", ""],
  ["two names", "<arch>", "<name>other</name><arch>"],
  ["two architectures", "<version", "<arch>noarch</arch><version"],
  ["two versions", "<summary>", '<version epoch="1" ver="2" rel="3"/><summary>'],
  ["two sizes", "<format>", '<size package="2" installed="1" archive="1"/><format>'],
  ["two locations", "<format>", '<location href="a/b.rpm"/><format>'],
  ["two checksums", "<summary>", '<checksum type="sha256" pkgid="YES">00</checksum><summary>'],
  ["two formats", "</package>", "<format></format></package>"],
  ["two sources", "<rpm:vendor/>", "<rpm:sourcerpm>a.src.rpm</rpm:sourcerpm>"],
  ["a list in two parts", "<rpm:suggests/>", '<rpm:provides><rpm:entry name="a"/></rpm:provides>'],
  ["an element more", "<packager>", "<weight>1</weight><packager>"],
  ["a detail more", "<rpm:vendor/>", "<rpm:weight/>"],
  ["a name inside of the format", "<rpm:vendor/>", "<name>other</name>"],
  ["entries of another namespace", "<rpm:entry name", "<r:entry name"],
  ["a list without a prefix", "rpm:conflicts>", "conflicts>"],
  ["attributes in another order", 'epoch="0" ver="2.4.57"', 'ver="2.4.57" epoch="0"'],
  ["an epoch of many zeros", 'epoch="2"', 'epoch="000"'],
  ["no epoch", 'epoch="2" ', ""],
  ["flags without a version", ' epoch="2" ver="2.4.57"', ""],
  ["a version without flags", 'flags="EQ" epoch="2"', 'epoch="2"'],
  ["flags of no meaning", 'flags="GE"', 'flags="XX"'],
  ["long flags", 'flags="GE"', 'flags="GEE"'],
  ["an empty version", 'ver="1.15"', 'ver=""'],
  ["an empty release", 'rel="1"', 'rel=""'],
  ["a version twice", 'ver="1.15"', 'ver="1.15" ver="1.15"'],
  ["a version that begins with a space", 'ver="1.15"', 'ver=" epoch="1"'],
  ["a version with a space", 'ver="1.15"', 'ver="1 15"'],
  ["a version with a reference", 'ver="1.15"', 'ver="1&amp;15"'],
  ["single quotes", 'name="mod_http2"', "name='mod_http2'"],
  ["an attribute more", 'name="mod_http2"', 'name="mod_http2" arch="x86_64"'],
  ["an attribute before the name", '<rpm:entry name="mod_http2"', '<rpm:entry pre="1" name="a"'],
  ["a name of an entry that is empty", 'name="mod_http2"', 'name=""'],
  ["a reference to a tab", "mod_http2", "mod&#9;http2"],
  ["a reference to nothing", "mod_http2", "mod&http2"],
  ["a quote that is referred to", "mod_http2", "mod&quot;http2"],
  [
    "an entry that goes on",
    '<rpm:entry name="mod_so.so()(64bit)"/>',
    '<rpm:entry name="a">b</rpm:entry>',
  ],
  ["letters outside of ASCII", "mod_http2", "möd"],
  ["letters outside of ASCII in a path", "/usr/sbin/httpd", "/usr/sbin/höttpd"],
  ["a path that is none", "/usr/sbin/httpd", "usr/sbin/httpd"],
  ["no path", "/usr/sbin/httpd", ""],
  ["a path on two lines", "/usr/sbin/httpd", "/usr/sbin/\nhttpd"],
  ["a file in a file", "/usr/sbin/httpd", "/a<file>/b</file>"],
  ["a list behind files", "</file>\n  </format>", "</file><rpm:enhances/></format>"],
  ["a type of a file with a reference", 'type="dir"', 'type="d&amp;r"'],
  ["space in a tag", "<name>", "<name >"],
  ["space at an end", "</arch>", "</arch >"],
  ["space around a checksum", 'pkgid="YES">', 'pkgid="YES"> '],
  ["capitals in a checksum", "0a0a", "0A0A"],
  ["another kind of checksum", '"sha256"', '"sha512"'],
  ["a size with letters", 'package="1485321"', 'package="0x10"'],
  ["a size with zeros", 'package="1485321"', 'package="0001485321"'],
  ["a size out of bounds", 'package="1485321"', 'package="1234567890123456"'],
  ["a size behind others", '<size package="1485321"', '<size installed="2" package="1485321"'],
  ["a way out", "getPackage/", "../../../"],
  ["a base of its own", "<location ", '<location xml:base="http://other.example/" '],
  ["an epoch that is no number", 'version epoch="0"', 'version epoch="x"'],
  ["no version", 'ver="2.4.57" rel="5.0.1.el9"/>\n  <', "/><"],
  ["a control character in what nobody reads", "“quotes”", "\u0007"],
  ["an ampersand in what nobody reads", "“quotes”", "& and &nothing;"],
  ["an element in what nobody reads", "“quotes”", "<b>quotes</b>"],
  ["a tag that does not end", "</summary>", "</summary"],
  ["another element's end", "</summary>", "</description>"],
  ["an end too many", "</format>", "</format></format>"],
  ["an end too few", "</format>", ""],
  ["another type", 'type="rpm"', 'type="deb"'],
  ["an attribute of the package", '<package type="rpm"', '<package type="rpm" weight="1"'],
  [
    "a package in a package",
    "<arch>",
    `${PACKAGE_START.toString()}${PACKAGE_END.toString()}<arch>`,
  ],
];

test.for(odd)("a package with %s is what it is in any document", ([, from, to]) => {
  expect(httpd).toContain(from);
  const text = listOf(httpd, httpd.replace(from, to), httpd);
  expect(byBytes(text, 100_000)).toEqual(byXml(text));
});

test("after random changes a list says the same, or fails alike, as any document", () => {
  const random = seededRandom(20_261_130);
  const pick = <Value>(values: readonly Value[]): Value | undefined =>
    values[Math.floor(random() * values.length)];
  const pieces = [...httpd.matchAll(/<[^>]*>|"[^"]*"|[\w:.-]+|[^\w]/g)].map(([piece]) => piece);
  let read = 0;
  for (let round = 0; round < 1500; round += 1) {
    const texts = [httpd, httpd, httpd];
    const changes = 1 + Math.floor(random() * 2);
    for (let change = 0; change < changes; change += 1) {
      const text = texts[1] ?? "";
      const at = Math.floor(random() * text.length);
      const until = at + Math.floor(random() * (random() < 0.5 ? 3 : 60));
      texts[1] = text.slice(0, at) + (random() < 0.3 ? "" : pick(pieces)) + text.slice(until);
    }
    const list = listOf(...texts);
    const [expected, found] = [byXml(list), byBytes(list, 1 + Math.floor(random() * 3000))].map(
      // What a message shows of the text depends on where a piece of it ended.
      (each) => (typeof each === "string" ? "refused" : each),
    );
    if (expected !== "refused") read += 1;
    expect({ text: texts[1], found }).toEqual({ text: texts[1], found: expected });
  }
  // Both kinds were among them.
  expect(read).toBeGreaterThan(200);
  expect(read).toBeLessThan(1300);
});

test("packages of any size are read, wherever the pieces of their list end", () => {
  const files = Array.from(
    { length: 20_000 },
    (_, at) => `<file>/usr/share/doc/httpd/${at}</file>`,
  );
  const large = httpd.replace("<file>", `${files.join("\n")}<file>`);
  expect(large.length).toBeGreaterThan(512 * 1024);
  const text = listOf(httpd, large, httpd, httpd.replace("httpd-core", "last"));

  for (const bytes of [65_536, 1_000_000]) {
    expect(byBytes(text, bytes)).toEqual(byXml(text));
  }
});

test("a need of very many paths is taken in", () => {
  const text = httpd.replace("if /etc/langs)", `if ${"/a ".repeat(170_000)})`);
  const bytes = Buffer.from(text);
  expect(new PlainPackages().read(bytes, 0, bytes.length)?.asked).toHaveLength(170_001);
});

test.each([
  ["a text before the first package", (text: string) => text.replace("<package", "a<package")],
  ["more packages than it says", (text: string) => text.replace('"2"', '"1"')],
  ["fewer packages than it says", (text: string) => text.replace('"2"', '"3"')],
  ["another root", (text: string) => text.replaceAll("metadata", "package")],
  ["no end", (text: string) => text.replace("</metadata>", "")],
  ["something behind its end", (text: string) => `${text}${httpd}`],
  ["half a package at its end", (text: string) => text.slice(0, -200)],
  ["nothing", () => ""],
])("a list with %s is what it is in any document", (_, change) => {
  const text = change(listOf(httpd, httpd));
  expect(byBytes(text, 1000)).toEqual(byXml(text));
});

function listOf(...packages: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="${packages.length}">
${packages.join("\n")}
</metadata>
`;
}

interface PieceReader {
  write(piece: Uint8Array): void;
  end(): void;
}

/** The packages of a list, or why it is refused. */
function byBytes(text: string, pieceBytes: number): readonly object[] | string {
  return outcome(text, pieceBytes, (onPackage) => new PrimaryReader(onPackage));
}

function byXml(text: string): readonly object[] | string {
  return outcome(
    text,
    1000,
    (onPackage) => new XmlReader(new PrimaryHandler((entry) => onPackage(toEntry(entry)))),
  );
}

function outcome(
  text: string,
  pieceBytes: number,
  open: (onPackage: (entry: PackageEntry) => void) => PieceReader,
): readonly object[] | string {
  const packages: object[] = [];
  const reader = open((entry) => void packages.push(shown(entry)));
  const bytes = Buffer.from(text);
  try {
    for (let at = 0; at < bytes.length; at += pieceBytes)
      reader.write(bytes.subarray(at, at + pieceBytes));
    reader.end();
    return packages;
  } catch (error) {
    return String(error);
  }
}

function shown(entry: PackageEntry): object {
  return { ...entry, record: Buffer.from(entry.record).toString("latin1") };
}
