import { describe, expect, test } from "vitest";
import { readText } from "../../support/read-manifest.ts";

const digest = `sha256:${"0".repeat(64)}`;

function messagesOf(text: string): readonly string[] {
  const read = readText(text);
  return read.ok ? [] : read.error.map(({ message }) => message);
}

/** The grammar of distribution/reference, with its own limits of each part. */
describe("the reference of an image", () => {
  const image = (reference: string): string =>
    `name: shop\nimages: { a: { image: "${reference}" } }\n`;

  test.each([
    "nginx",
    "nginx:1.25",
    "docker.io/library/nginx:1.25",
    "Registry.Example:5000/a/b_c__d-e.f:V1.2_x",
    "localhost:5000/a",
    "[2001:db8::1]:5000/a",
    "a---b",
  ])("%s with a digest", (reference) => {
    expect(messagesOf(image(`${reference}@${digest}`))).toEqual([]);
  });

  test.each([
    [`https://registry.example/a@${digest}`, "without `https://`"],
    ["nginx:latest", "pinned by digest"],
    [`Nginx@${digest}`, "in lower case"],
    [`registry.example/Team/a:1@${digest}`, "in lower case"],
    [`a:-bad@${digest}`, "whose tag has"],
    [`a:@${digest}`, "whose tag has"],
    [`a:${"x".repeat(129)}@${digest}`, "whose tag has"],
    [`a//b@${digest}`, "whose name has"],
    [`a_-b@${digest}`, "whose name has"],
    ["a@sha256:0123", "64 hexadecimal digits"],
    ["a@md5:0123", "pinned by digest"],
    [`@${digest}`, "whose name has"],
  ])("%s is none", (reference, wording) => {
    expect(messagesOf(image(reference))).toEqual([expect.stringContaining(wording)]);
  });
});

describe("what a container could not start with", () => {
  const image = (rest: string): string => `name: s\nimages: { a: { from: scratch, ${rest} } }\n`;

  test.each([
    [image("stop_signal: SIGFOO"), "a signal such as SIGTERM"],
    [image('environment: { "A=B": c }'), "A=B"],
    [image('environment: { "": c }'), '"" is not a variable'],
    [image('accounts: { users: [{ name: a, uid: 1, gecos: "a:b" }] }'), "without colons"],
    [image("accounts: { users: [{ name: a, uid: 1, home: a }] }"), "an absolute path"],
    [image('accounts: { groups: [{ name: a, gid: 1, members: ["a,b"] }] }'), "a user name"],
  ])("%s", (text, wording) => {
    expect(messagesOf(text)).toEqual([expect.stringContaining(wording)]);
  });

  test.each(["SIGTERM", "QUIT", "15", "SIGRTMIN+3"])("%s is a signal", (signal) => {
    expect(messagesOf(image(`user: "1:1", stop_signal: "${signal}"`))).toEqual([]);
  });
});
