import { expect, test } from "vitest";
import {
  isText,
  judge,
  maximumTextBytes,
} from "../../../../stacks/qrcode/images/broker/rootfs/usr/local/lib/qrcode-broker/requests.mjs";

const headers = { "content-type": "text/plain; charset=utf-8", "content-length": "5" };

test("a text of a known length is a job", () => {
  expect(judge({ method: "POST", url: "/jobs", headers })).toEqual({ kind: "job", length: 5 });
  expect(judge({ method: "GET", url: "/health", headers: {} })).toEqual({ kind: "health" });
  expect(judge({ method: "GET", url: "/stats", headers: { "content-length": "0" } })).toEqual({
    kind: "stats",
  });
});

test.each([
  // Everything that the Engine's own interface has, and ways to write it differently.
  ["POST", "/containers/create", "path"],
  ["POST", "/v1.41/containers/create?name=x", "path"],
  ["GET", "/containers/json", "path"],
  ["POST", `/containers/${"b".repeat(64)}/exec`, "path"],
  ["POST", "/build", "path"],
  ["GET", "/_ping", "path"],
  ["POST", "/jobs/../containers/create", "path"],
  ["POST", "/jobs/", "path"],
  ["POST", "//jobs", "path"],
  ["POST", "/%6aobs", "path"],
  ["POST", "/jobs?image=alpine", "path"],
  ["POST", "/jobs#x", "path"],
  ["POST", "http://engine/jobs", "path"],
  ["POST", "/jobs\\..\\containers", "path"],
  ["POST", "/JOBS", "path"],
  ["OPTIONS", "*", "path"],
  ["POST", "/constructor", "path"],
  ["POST", "", "path"],
  ["GET", "/jobs", "method"],
  ["DELETE", "/jobs", "method"],
  ["post", "/jobs", "method"],
  ["POST", "/health", "method"],
  ["POST", "/stats", "method"],
])("%s %s is refused for its %s", (method, url, reason) => {
  expect(judge({ method, url, headers })).toMatchObject({ kind: "refused", reason });
});

test.each([
  [{ "content-type": "application/json" }, 415, "type"],
  [{ "content-type": "text/plain" }, 415, "type"],
  [{ "content-length": String(maximumTextBytes + 1) }, 413, "length"],
  [{ "content-length": "-1" }, 411, "length"],
  [{ "content-length": "5, 5" }, 411, "length"],
  [{ "content-length": "0x5" }, 411, "length"],
  [{ "content-length": undefined }, 411, "length"],
  [{ "transfer-encoding": "chunked" }, 411, "length"],
  [{ upgrade: "tcp" }, 400, "protocol"],
  [{ expect: "100-continue" }, 400, "protocol"],
])("a job with %j is refused with %i", (changes, status, reason) => {
  expect(
    judge({ method: "POST", url: "/jobs", headers: { ...headers, ...changes } }),
  ).toMatchObject({ kind: "refused", status, reason });
});

test("a look takes no body", () => {
  expect(judge({ method: "GET", url: "/stats", headers: { "content-length": "9" } })).toMatchObject(
    {
      reason: "length",
    },
  );
});

test.each([
  ["a line", "https://shop.example/\n", true],
  ["many lines", "BEGIN:VCARD\r\nFN:Ä\r\nEND:VCARD", true],
  ["the longest", "x".repeat(maximumTextBytes), true],
  ["nothing", "", false],
  ["one byte more", "x".repeat(maximumTextBytes + 1), false],
  ["NUL", "a\0b", false],
  ["escape", "a\u001B[2J", false],
  ["DEL", "a\u007F", false],
])("%s: %j", (_, text, expected) => {
  expect(isText(Buffer.from(text))).toBe(expected);
});

test("what is not UTF-8 is no text", () => {
  expect(isText(Buffer.from([0xc3, 0x28]))).toBe(false);
  expect(isText(Buffer.from([0xed, 0xa0, 0x80]))).toBe(false);
});
