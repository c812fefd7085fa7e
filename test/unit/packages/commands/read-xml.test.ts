import { expect, it, test } from "vitest";
import {
  elementsIn,
  readXml,
  textOf,
  type XmlElement,
} from "../../../../src/packages/commands/xml/read-xml.ts";

/** An element in a line: its name, its attributes, and in brackets what is in it. */
function inWords({ name, attributes, children }: XmlElement): string {
  const all = [...attributes].map(([key, value]) => ` ${key}=${JSON.stringify(value)}`).join("");
  const inner = children.map((child) =>
    typeof child === "string" ? JSON.stringify(child) : inWords(child),
  );
  return `${name}${all}${inner.length === 0 ? "" : `[${inner.join(" ")}]`}`;
}

// Source: Extensible Markup Language (XML) 1.0, fifth edition.
it.each([
  ["<a/>", "a"],
  ["<a />", "a"],
  ["<a></a>", "a"],
  ["<a></a >", "a"],
  ["\n<a/>\n", "a"],
  ['<?xml version="1.0"?><!-- c --><a/><!-- d --><?p i?>', "a"],
  ["<!DOCTYPE a><a/>", "a"],
  ["<!DOCTYPE a [ <!ELEMENT a (b)+> ] ><a/>", "a"],
  ["<a>text</a>", 'a["text"]'],
  ["<a> b <c/> d </a>", 'a[" b " c " d "]'],
  ["<a><b><c/></b><d/></a>", "a[b[c] d]"],
  ["<a>one<!-- two -->three</a>", 'a["onethree"]'],
  ["<a>one<![CDATA[<&two>]]>three</a>", 'a["one<&two>three"]'],
  ["<a><![CDATA[]]></a>", 'a[""]'],
  ["<a>&lt;&gt;&amp;&quot;&apos;</a>", `a["<>&\\"'"]`],
  ["<a>&#65;&#x42;&#x63;</a>", 'a["ABc"]'],
  ["<a>&#233;</a>", 'a["\u00c3\u00a9"]'],
  ["<a b='1' c=\"2\"/>", 'a b="1" c="2"'],
  ["<a\n\tb = '1'\n/>", 'a b="1"'],
  ["<a b='\"' c=\"'\"/>", `a b="\\"" c="'"`],
  ["<a b='1\t2\n3'/>", 'a b="1 2 3"'],
  ["<a b='&lt;&#10;'/>", 'a b="< "'],
  ["<n:a n:b='1' xmlns:n='u'/>", 'n:a n:b="1" xmlns:n="u"'],
])("%j is %s", (text, expected) => {
  expect(inWords(readXml(text))).toBe(expected);
});

it.each([
  [""],
  ["text"],
  ["<!-- c -->"],
  ["<a>"],
  ["<a><b></a>"],
  ["<a><b></b>"],
  ["</a>"],
  ["<a></b>"],
  ["<a/></a>"],
  ["<a/><b/>"],
  ["<a"],
  ["<a b/>"],
  ["<a b=1/>"],
  ["<a b='1/>"],
  ["<a b='<'/>"],
  ["<a b='1' b='2'/>"],
  ["<a>&none;</a>"],
  ["<a>&</a>"],
  ["<a>& b</a>"],
  ["<a>&#0;</a>"],
  ["<a>&#x110000;</a>"],
  ["<a>&#1114112;</a>"],
  ["<a><!-- </a>"],
  ["<a><![CDATA[ </a>"],
])("%j is no XML", (text) => {
  expect(() => readXml(text)).toThrow(SyntaxError);
});

test("elements may stand in 198 others, and not in more", () => {
  const nested = (count: number): string => "<a>".repeat(count) + "</a>".repeat(count);
  expect(readXml(nested(199)).name).toBe("a");
  expect(() => readXml(nested(200))).toThrow("too many elements");
});

test("elements are told from texts, and texts are those of all elements within", () => {
  const root = readXml("<a>1<b>2<c>3</c></b>4<d/></a>");
  expect(elementsIn(root).map(({ name }) => name)).toEqual(["b", "d"]);
  expect(textOf(root)).toBe("1234");
});

test("the last character that a text may stand for", () => {
  expect(textOf(readXml("<a>&#x10FFFF;&#1114111;</a>"))).toBe("\u00f4\u008f\u00bf\u00bf".repeat(2));
});
