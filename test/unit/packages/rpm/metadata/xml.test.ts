import { expect, test } from "vitest";
import { attributeOf } from "../../../../../src/packages/rpm/metadata/xml-tag.ts";
import { XmlReader } from "../../../../../src/packages/rpm/metadata/xml.ts";
import { seededRandom } from "../../../../support/seeded-random.ts";

test("elements, attributes and texts are told without prefixes, references and comments", () => {
  const text = `\u{feff}<?xml version="1.0" encoding="UTF-8"?>
<!-- a <comment> -->
<a:metadata xmlns:a='http://a.invalid/'><b n = "1 &lt; 2" m='"x"' />
<c>one &amp; <!-- two --><![CDATA[<three> &amp;]]></c><d>&#252;&#xfc;ü</d></a:metadata >
`;
  expect(eventsOf(text)).toEqual([
    "1 open metadata xmlns:a=http://a.invalid/",
    '2 open b n=1 < 2 m="x"',
    "2 close b ",
    "2 open c ",
    "2 close c one & <three> &amp;",
    "2 open d ",
    "2 close d üüü",
    "1 close metadata ",
  ]);
});

test("it does not matter where the pieces of a document end", () => {
  const text = `<?xml version="1.0"?>\n<!-- c --><r a="1"><x b="2"  c = '>'/>t&amp;<![CDATA[]>]]><y>&lt;ü</y></r>\n`;
  const whole = eventsOf(text);
  const random = seededRandom(11);
  for (let size = 1; size < 40; size += 1) expect(eventsOf(text, () => size)).toEqual(whole);
  for (let round = 0; round < 50; round += 1)
    expect(eventsOf(text, () => 1 + Math.floor(random() * 30))).toEqual(whole);
});

test("text that nobody wants is not kept, and none of another element is", () => {
  const texts: string[] = [];
  const reader = new XmlReader({
    open: (name) => name === "wanted",
    close: (name, text) => void texts.push(`${name}:${text}`),
  });
  reader.write(Buffer.from("<r>no<wanted>a<other>b</other>c</wanted>no</r>"));
  reader.end();
  expect(texts).toEqual(["other:", "wanted:c", "r:"]);
});

test.for([
  [
    "a document type",
    `<!DOCTYPE r [<!ENTITY x "y">]><r>&x;</r>`,
    "it declares a document type or entities",
  ],
  [
    "entities that grow",
    `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]><r>&b;</r>`,
    "it declares a document type or entities",
  ],
  [
    "an entity of the inside of an element",
    "<r><!ENTITY x SYSTEM 'file:///etc/passwd'></r>",
    "it declares",
  ],
  ["an unknown entity", "<r>&passwd;</r>", "it refers to &passwd;"],
  ["an entity in an attribute", `<r a="&x;"/>`, "it refers to &x;"],
  ["an ampersand", "<r>a & b</r>", "it refers to &"],
  ["a character that is none", "<r>&#0;</r>", "it refers to &#0;"],
  ["half a character", "<r>&#xd800;</r>", "it refers to &#xd800;"],
  ["a control character", "<r>\u{1}</r>", "it holds control characters"],
  ["another encoding", `<?xml version="1.0" encoding="UTF-16"?><r/>`, "it is written in UTF-16"],
  ["an attribute twice", `<r a="1" a="2"/>`, "a tag has the attribute a twice"],
  ["an attribute without quotes", "<r a=1/>", "the tag <r> is no XML"],
  ["attributes without a space", `<r a="1"b="2"/>`, "the tag <r> is no XML"],
  ["a tag in an attribute", `<r a="<x>"/>`, "the attribute a is not closed"],
  ["a tag that is none", "<r>< x></r>", "is no tag"],
  ["another end", "<r><a></r>", "</r> closes another element"],
  ["an end too many", "<r></r></r>", "</r> closes another element"],
  ["a second root", "<r/><r/>", "it has more than one root"],
  ["text before the root", "x<r/>", "it has text outside of its root"],
  ["text after the root", "<r/>x", "it is cut off"],
  ["no end", "<r><a>", "it is cut off inside <a>"],
  ["half a tag", "<r><a b='", "it is cut off inside <r>"],
  ["nothing", "", "it is empty"],
  ["no markup", "404 not found", "it is cut off"],
  ["a web page", "<html><body><br>x</body></html>", "closes another element"],
] as const)("%s is refused", ([, text, message]) => {
  for (const size of [1, 7, 10_000]) expect(() => eventsOf(text, () => size)).toThrow(message);
});

test("what grows without end is refused while it does", () => {
  const deep = "<a>".repeat(33);
  expect(() => eventsOf(deep)).toThrow("its elements are nested more than 32 deep");
  const tag = `<r a="${"x".repeat(1024 ** 2)}`;
  expect(() => eventsOf(tag)).toThrow("a part of it is longer than 1048576 bytes");
  const attributes = Array.from({ length: 65 }, (_, index) => `a${index}="1"`).join(" ");
  expect(() => eventsOf(`<r ${attributes}/>`)).toThrow("a tag has too many attributes");
  const text = `<r>${`${"x".repeat(500_000)}<!-- -->`.repeat(9)}</r>`;
  expect(() => eventsOf(text, () => 65_536)).toThrow("a text of it is longer than 4194304 bytes");
});

test("damage of any kind is refused or read, and nothing else happens", () => {
  const text = Buffer.from(
    `<?xml version="1.0"?>\n<r a="1">t&amp;<x b='2'/><![CDATA[y]]><!-- z --></r>`,
  );
  const random = seededRandom(5);
  const refusals: unknown[] = [];
  for (let round = 0; round < 3000; round += 1) {
    const bytes = Buffer.from(text);
    for (let count = 0; count < 2; count += 1)
      bytes.writeUInt8(Math.floor(random() * 256), Math.floor(random() * bytes.length));
    try {
      eventsOf(bytes.toString("latin1"));
    } catch (error) {
      refusals.push(error);
    }
  }
  expect(refusals.length).toBeGreaterThan(1000);
  // A plain Error is one of ours: a TypeError or a RangeError would be a fault of the reader.
  expect(refusals.filter((each) => !(each instanceof Error) || each.name !== "Error")).toEqual([]);
});

test("an element below the root that has no end is refused, whatever it is made of", () => {
  const comment = Buffer.from(`<!--${"c".repeat(500_000)}-->`);
  const feed = (start: string, after: string): void => {
    const reader = new XmlReader({ open: () => false, close: () => undefined });
    reader.write(Buffer.from(start));
    for (let count = 0; count < 70; count += 1) {
      reader.write(comment);
      reader.write(Buffer.from(after));
    }
  };

  expect(() => feed(`<a>${" ".repeat(200)}<b><c>`, '<d e="f"/>')).toThrow(
    "an element of it is longer than 33554432 bytes",
  );
  expect(() => feed(`<a>${" ".repeat(200)}`, "<b><c/></b>")).not.toThrow();
});

test("an attribute is found by its name", () => {
  expect(attributeOf(["a", "1", "b", "a"], "b")).toBe("a");
  expect(attributeOf(["a", "b"], "b")).toBeUndefined();
});

/** What is told of a document that comes in pieces of some sizes. */
function eventsOf(text: string, size: () => number = () => 1_000_000): readonly string[] {
  const events: string[] = [];
  const reader = new XmlReader({
    open: (name, attributes, depth) => {
      const pairs = attributes.flatMap((each, at) =>
        at % 2 === 0 ? [`${each}=${attributes[at + 1]}`] : [],
      );
      events.push(`${depth} open ${name} ${pairs.join(" ")}`);
      return true;
    },
    close: (name, content, depth) =>
      void events.push(`${depth} close ${name} ${Buffer.from(content, "latin1").toString()}`),
  });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    const end = at + size();
    reader.write(bytes.subarray(at, end));
    at = end;
  }
  reader.end();
  return events;
}
