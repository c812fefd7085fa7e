import { expect, test } from "vitest";
import { parseProjectPage } from "../../../../src/packages/wheels/project-page.ts";

const url = "https://index.example/simple/demo/";
const hash = "a".repeat(64);

test("a page of JSON", () => {
  const text = JSON.stringify({
    meta: { "api-version": "1.3" },
    name: "demo",
    versions: ["1.0"],
    files: [
      { filename: "demo-1.0-py3-none-any.whl", url: "../../f/demo.whl", hashes: { sha256: hash } },
      { filename: "b.whl", url: "https://cdn.example/b.whl", hashes: {}, yanked: "broken" },
      { filename: "c.whl", url: "/c.whl", hashes: { md5: "x" }, yanked: true },
      { filename: "d.whl", url: "file:///etc/passwd", hashes: {} },
    ],
  });
  const expected = [
    {
      file: "demo-1.0-py3-none-any.whl",
      url: "https://index.example/f/demo.whl",
      digest: `sha256:${hash}`,
    },
    { file: "b.whl", url: "https://cdn.example/b.whl", yanked: "broken" },
    { file: "c.whl", url: "https://index.example/c.whl", yanked: "" },
  ];
  const contentType = "application/vnd.pypi.simple.v1+json";
  expect(parseProjectPage({ url, contentType, text })).toEqual(expected);
  expect(parseProjectPage({ url, text })).toEqual(expected);
});

test("a page of HTML, with a base, entities, and attributes in any order and quotes", () => {
  const text = `<!DOCTYPE html><html><head><base href="https://cdn.example/files/"></head><body>
    <h1>demo</h1>
    <a data-requires-python="&gt;=3.8" href="demo-1.0%2Blocal-py3-none-any.whl#sha256=${hash.toUpperCase()}">demo</a>
    <A HREF='b.whl?x=1&amp;y=2#md5=00' data-yanked>b</A>
    <a href=c.whl data-yanked="it&#39;s &#x62;roken">c</a>
    <a name="nothing">d</a><a href="mailto:x@y.example">e</a>
  </body></html>`;
  expect(parseProjectPage({ url, contentType: "text/html; charset=utf-8", text })).toEqual([
    {
      file: "demo-1.0+local-py3-none-any.whl",
      url: "https://cdn.example/files/demo-1.0%2Blocal-py3-none-any.whl",
      digest: `sha256:${hash}`,
    },
    { file: "b.whl", url: "https://cdn.example/files/b.whl?x=1&y=2", yanked: "" },
    { file: "c.whl", url: "https://cdn.example/files/c.whl", yanked: "it's broken" },
  ]);
});

test("a number that is no character, and a name that is none, stay as they are written", () => {
  const yanked = "&#1114111; &#x10FFFF; &#1114112; &#x110000; &AMP; &none;";
  const text = `<html><a href="a.whl" data-yanked="${yanked}">a</a></html>`;
  expect(parseProjectPage({ url, contentType: "text/html", text })[0]?.yanked).toBe(
    "\u{10FFFF} \u{10FFFF} &#1114112; &#x110000; & &none;",
  );
});

test.each([
  ["application/json", "{", "in JSON"],
  ["application/json", '{"files": [{"filename": 1}]}', "invalid_type"],
  ["text/html", "not a page", "it is no page of HTML"],
])("%s: %j is no page", (contentType, text, message) => {
  expect(() => parseProjectPage({ url, contentType, text })).toThrow(message);
});

test("hostile HTML takes no time without end", () => {
  const started = performance.now();
  parseProjectPage({ url, contentType: "text/html", text: `<html>${"<a ".repeat(100_000)}` });
  parseProjectPage({ url, contentType: "text/html", text: `<a ${'a="'.repeat(100_000)}` });
  parseProjectPage({ url, contentType: "text/html", text: `<a${" ".repeat(100_000)}` });
  parseProjectPage({ url, contentType: "text/html", text: `<a${" x".repeat(100_000)}<` });
  expect(performance.now() - started).toBeLessThan(5_000);
});

test.each([
  [{ sha256: hash }, `sha256:${hash}`],
  [{ SHA256: hash.toUpperCase() }, `sha256:${hash}`],
  [{ sha256: hash.slice(1) }, undefined],
  [{ sha256: `${hash}a` }, undefined],
  [{ sha256: "g".repeat(64) }, undefined],
  [{ md5: hash }, undefined],
  [{}, undefined],
])("of the hashes %j SHA-256 is taken where it is one", (hashes, digest) => {
  const text = JSON.stringify({ files: [{ filename: "a.whl", url: "a.whl", hashes }] });
  expect(parseProjectPage({ url, text })[0]?.digest).toBe(digest);
});

test.each([
  [false, undefined],
  [null, undefined],
  [true, ""],
  ["", ""],
  ["why", "why"],
])("a file that says %j of itself is withdrawn for %j", (yanked, expected) => {
  const text = JSON.stringify({ files: [{ filename: "a.whl", url: "a.whl", hashes: {}, yanked }] });
  expect(parseProjectPage({ url, text })[0]?.yanked).toBe(expected);
});

test.each([
  ["a.whl", "https://index.example/simple/demo/a.whl"],
  ["//cdn.example/a.whl", "https://cdn.example/a.whl"],
  ["http://cdn.example/a.whl", "http://cdn.example/a.whl"],
  ["ftp://cdn.example/a.whl", undefined],
  ["data:,a.whl", undefined],
  ["https://", undefined],
])("the address %s is %s", (href, expected) => {
  const html = `<html><a href="${href}">a</a></html>`;
  expect(parseProjectPage({ url, text: html })[0]?.url).toBe(expected);
  const json = JSON.stringify({ files: [{ filename: "a.whl", url: href, hashes: {} }] });
  expect(parseProjectPage({ url, text: json })[0]?.url).toBe(expected);
});

test("a base that is not fetched over HTTP, and a hash of another kind, are passed over", () => {
  const page = (base: string, href: string): string =>
    `<html><base href="${base}"><a href="${href}">a</a></html>`;
  expect(parseProjectPage({ url, text: page("file:///x/", `a.whl#sha256=${hash}0`) })).toEqual([
    { file: "a.whl", url: "https://index.example/simple/demo/a.whl" },
  ]);
  expect(parseProjectPage({ url, text: page("../x/", "100%.whl") })).toEqual([
    { file: "100%.whl", url: "https://index.example/simple/x/100%.whl" },
  ]);
});
