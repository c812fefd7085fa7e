import { expect, test } from "vitest";
import { describeProxy, proxyFor, proxySecrets } from "../../../src/store/proxy.ts";

const through = "http://proxy.example:3128/";

function chosen(url: string, environment: Readonly<Record<string, string>>): string | undefined {
  return proxyFor(new URL(url), new Map(Object.entries(environment)))?.href;
}

test.for([
  ["http://mirror.example/x", { http_proxy: through }, through],
  ["http://mirror.example/x", { HTTP_PROXY: through }, through],
  ["https://mirror.example/x", { https_proxy: through }, through],
  ["https://mirror.example/x", { HTTPS_PROXY: through }, through],
  ["https://mirror.example/x", { ALL_PROXY: through }, through],
  ["http://mirror.example/x", { http_proxy: through, HTTP_PROXY: "http://upper.example" }, through],
  ["http://mirror.example/x", { http_proxy: "", HTTP_PROXY: through }, through],
  ["http://mirror.example/x", { http_proxy: "proxy.example:3128" }, through],
  ["https://mirror.example/x", { http_proxy: through }, undefined],
  ["http://mirror.example/x", { https_proxy: through }, undefined],
  ["http://mirror.example/x", {}, undefined],
] as const)("%s with %j goes through %s", ([url, environment, expected]) => {
  expect(chosen(url, environment)).toBe(expected);
});

const covered: readonly (readonly [string, string])[] = [
  ["*", "http://mirror.example/"],
  ["mirror.example", "http://mirror.example/"],
  ["example", "http://mirror.example/"],
  [".example", "http://mirror.example/"],
  ["*.example", "http://mirror.example/"],
  ["a.example, MIRROR.example", "http://mirror.example/"],
  ["a.example mirror.example", "http://mirror.example/"],
  ["mirror.example:80", "http://mirror.example/"],
  ["mirror.example:8080", "http://mirror.example:8080/"],
  ["10.1.2.3", "http://10.1.2.3/"],
  ["10.0.0.0/8", "http://10.1.2.3/"],
  ["[fe80::1]", "http://[fe80::1]/"],
  ["fe80::/16", "http://[fe80::1]/"],
];
test.for(covered)("no_proxy=%s covers %s, in both cases", ([exceptions, url]) => {
  for (const name of ["no_proxy", "NO_PROXY"])
    expect(chosen(url, { http_proxy: through, [name]: exceptions })).toBeUndefined();
});

const notCovered: readonly (readonly [string, string])[] = [
  ["", "http://mirror.example/"],
  ["other.example", "http://mirror.example/"],
  ["irror.example", "http://mirror.example/"],
  ["mirror.example:443", "http://mirror.example/"],
  ["10.0.0.0/8", "http://11.1.2.3/"],
  ["10.0.0.0/99", "http://10.1.2.3/"],
  ["fe80::/16", "http://10.1.2.3/"],
];
test.for(notCovered)("no_proxy=%s does not cover %s", ([exceptions, url]) => {
  expect(chosen(url, { http_proxy: through, no_proxy: exceptions })).toBe(through);
});

test("a proxy that qclock cannot speak to is refused with the variable, not with its value", () => {
  expect(() => chosen("http://mirror.example/", { ALL_PROXY: "socks5://u:secret@h" })).toThrow(
    expect.objectContaining({ code: "usage", message: "The proxy in ALL_PROXY cannot be used." }),
  );
});

test("who uses a proxy is not shown", () => {
  const environment = new Map([["HTTPS_PROXY", "http://me:p%40ss-word@proxy.example:3128"]]);

  expect(proxySecrets(environment)).toEqual(["p%40ss-word", "p@ss-word"]);
  const proxy = proxyFor(new URL("https://mirror.example"), environment);
  expect(proxy === undefined ? "" : describeProxy(proxy)).toBe("http://proxy.example:3128");
});
