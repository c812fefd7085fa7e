import { execFileSync } from "node:child_process";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Rig } from "../support/rig.ts";

const fixture = path.resolve(import.meta.dirname, "../fixtures/e2e/id-token");

/**
 * The dashboard's own proof of ID tokens, in its own image with the interpreter for the command
 * line on top: what a server that lies, or somebody between it and the browser, could send.
 */
let rig: Rig;
let verdicts: ReadonlyMap<string, string>;

beforeAll(async () => {
  rig = await Rig.createFromProject();
  await rig.edit("stack.config.yaml", (text) =>
    text.replace(
      "\nservices:\n",
      "\n  check:\n    from: app\n    packages: { debian-12: [php8.2-cli] }\n    entrypoint: [/usr/bin/php8.2]\nservices:\n",
    ),
  );
  const { exitCode, stderr } = await rig.qclock(["build", "check"]);
  if (exitCode !== 0) throw new Error(`qclock build ended with ${exitCode}:\n${stderr}`);
  const image = `qclock.invalid/${rig.stack}/check:latest`;
  const options = ["--rm", "--network", "none", "--volume", `${fixture}:/check:ro`];
  const output = execFileSync("docker", ["run", ...options, image, "/check/check.php"], {
    encoding: "utf8",
  });
  verdicts = new Map(
    output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  );
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

describe("an ID token", () => {
  test.each([
    "a good one",
    "a list of audiences",
    "no azp and one audience",
    "just expired, within the leeway",
  ])("must be taken: %s", (name) => {
    expect(verdicts.get(name)).toBe("f00");
  });

  test.each([
    ["another issuer", /another issuer/],
    ["no issuer", /another issuer/],
    ["another audience", /another client/],
    ["made for another client", /another client/],
    ["two audiences and no azp", /another client/],
    ["expired", /has expired/],
    ["expiry as a text", /has expired/],
    ["no expiry", /has expired/],
    ["of the future", /of the future/],
    ["another nonce", /another login/],
    ["no nonce", /another login/],
    ["no subject", /names nobody/],
    ["signed by another key", /does not hold/],
    ["signed by a small key", /no key/],
    ["a key that is not for signatures", /no key/],
    ["a key that is not known", /no key/],
    ["no name of a key", /no key/],
    ["no signature asked for", /another way than RS256/],
    ["another algorithm", /another way than RS256/],
    ["a critical extension", /another way than RS256/],
    ["changed claims", /does not hold/],
    ["no signature", /does not hold/],
    ["padding in the signature", /has no signature/],
    ["two parts", /no signed token/],
    ["no JSON", /cannot be read/],
    ["nothing", /no signed token/],
  ])("must be refused: %s", (name, reason) => {
    expect(verdicts.get(name)).toMatch(reason);
  });
});
