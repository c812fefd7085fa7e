import { expect, test } from "vitest";
import { type HttpAnswer, type HttpGet, judgeAnswer } from "../../../src/probe/http-answer.ts";
import type { AttemptResult } from "../../../src/probe/target.ts";

const ready = { ok: true, message: "HTTP 200" };

function refused(message: string): AttemptResult {
  return { ok: false, message };
}

test.each<
  readonly [
    what: string,
    check: Partial<HttpGet>,
    answer: Partial<HttpAnswer>,
    result: AttemptResult,
  ]
>([
  ["the lowest status", {}, { status: 200 }, ready],
  ["a status below", {}, { status: 199 }, refused("HTTP 199")],
  ["the highest status", {}, { status: 399 }, { ok: true, message: "HTTP 399" }],
  ["a status above", {}, { status: 400 }, refused("HTTP 400")],
  [
    "a status of those listed",
    { status: [204, 404] },
    { status: 404 },
    { ok: true, message: "HTTP 404" },
  ],
  ["a status that is not listed", { status: [204, 404] }, {}, refused("HTTP 200")],
  ["a page", {}, { status: 500, body: "  <html>no</html>" }, refused("HTTP 500")],
  [
    "a reason in lines",
    {},
    { status: 503, body: "\n not \n\t ready \n" },
    refused("HTTP 503: not ready"),
  ],
  [
    "a long reason",
    {},
    { status: 503, body: "x".repeat(201) },
    refused(`HTTP 503: ${"x".repeat(197)}...`),
  ],
  ["the expected body", { body: "here" }, { body: "it is here." }, ready],
  [
    "another body",
    { body: "here" },
    { body: "gone" },
    refused('HTTP 200, but the body does not contain "here"'),
  ],
  [
    "a body that is no JSON",
    { json: new Map([["a", 1]]) },
    { body: "{" },
    refused("HTTP 200, but the body is not JSON"),
  ],
  [
    "the expected values",
    {
      json: new Map<string, string | number | boolean>([
        ["a.b", 1],
        ["a.c.0", "x"],
        ["d", false],
      ]),
    },
    { body: '{"a":{"b":1,"c":["x"]},"d":false}' },
    ready,
  ],
  [
    "a value that differs behind one that does not",
    {
      json: new Map<string, string | number>([
        ["a", 1],
        ["b", "2"],
      ]),
    },
    { body: '{"a":1,"b":2}' },
    refused('b is 2 instead of "2"'),
  ],
  [
    "a path through null",
    { json: new Map([["a.b", 1]]) },
    { body: '{"a":null}' },
    refused("a.b is undefined instead of 1"),
  ],
  [
    "a path through a text",
    { json: new Map([["a.length", 1]]) },
    { body: '{"a":"x"}' },
    refused("a.length is undefined instead of 1"),
  ],
  [
    "nothing at all",
    { json: new Map([["a", 1]]) },
    { body: "null" },
    refused("a is undefined instead of 1"),
  ],
])("%s", (_, parts, answer, result) => {
  const check: HttpGet = {
    type: "http_get",
    scheme: "http",
    port: 80,
    path: "/",
    headers: new Map(),
    status: [],
    json: new Map(),
    redirects: 0,
    ...parts,
  };
  expect(judgeAnswer(check, { status: 200, location: undefined, body: "", ...answer })).toEqual(
    result,
  );
});
