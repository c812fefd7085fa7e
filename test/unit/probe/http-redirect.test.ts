import { expect, test } from "vitest";
import type { HttpGet } from "../../../src/probe/http-answer.ts";
import { nextUrl, type RedirectStep, serviceOrigin } from "../../../src/probe/http-redirect.ts";

const address = { host: "10.0.0.2", port: 40_000 };

function aCheck(parts: Partial<HttpGet> = {}): HttpGet {
  return {
    type: "http_get",
    scheme: "http",
    port: 8080,
    path: "/a",
    headers: new Map(),
    status: [],
    json: new Map(),
    redirects: 3,
    ...parts,
  };
}

test("a service is the address that is asked, its port inside, and the name that it is given", () => {
  const headers = new Map([
    ["X-Host", "other.example"],
    ["HOST", "Shop.example:81"],
  ]);
  expect(serviceOrigin(aCheck({ headers }), address)).toEqual({
    base: "http://10.0.0.2:40000",
    others: new Set(["http://10.0.0.2:8080", "http://shop.example:81"]),
  });
  expect(
    serviceOrigin(aCheck({ scheme: "https", port: 443 }), { host: "fd00::2", port: 8443 }),
  ).toEqual({ base: "https://[fd00::2]:8443", others: new Set(["https://[fd00::2]"]) });
  expect(serviceOrigin(aCheck({ headers: new Map([["host", "no host"]]) }), address)).toEqual({
    base: "http://10.0.0.2:40000",
    others: new Set(["http://10.0.0.2:8080"]),
  });
});

/** What follows on an answer to `/a`, after further requests to `visited`. */
function step(
  status: number,
  location: string | undefined,
  { visited = [], ...check }: Partial<HttpGet> & { readonly visited?: readonly string[] } = {},
): RedirectStep | string {
  const own = aCheck(check);
  const taken = nextUrl(
    {
      check: own,
      origin: serviceOrigin(own, address),
      url: new URL("http://10.0.0.2:40000/a/b?c"),
      visited: new Set(["/a/b?c", ...visited]),
    },
    { status, location, body: "" },
  );
  return taken.type === "next" ? taken.url.href : taken;
}

const answer = { type: "answer" };

function refused(message: string): RedirectStep {
  return { type: "refused", message };
}

test.each([301, 302, 303, 307, 308])("%i leads to another place of the service", (status) => {
  expect(step(status, "d?e#f")).toBe("http://10.0.0.2:40000/a/d?e");
  expect(step(status, "http://10.0.0.2:8080/d")).toBe("http://10.0.0.2:40000/d");
});

test.each([200, 300, 304, 305, 404])("%i is an answer, whatever place it names", (status) => {
  expect(step(status, "/d")).toEqual(answer);
});

test("a redirect is the answer where it names no place, or where none is followed", () => {
  expect(step(302, undefined)).toEqual(answer);
  expect(step(302, "/d", { redirects: 0 })).toEqual(answer);
  expect(step(302, "https://else.invalid/", { redirects: 0, status: [200, 302] })).toEqual(answer);
});

test("a redirect to something else is refused, with what could be done", () => {
  const why = "which is not this service and is not followed";
  expect(step(302, "http://else.invalid/", { status: [302] })).toEqual(
    refused(`HTTP 302 to http://else.invalid/, ${why}`),
  );
  expect(step(302, "http://else.invalid/", { redirects: 0, status: [200] })).toEqual(
    refused(`HTTP 302 to http://else.invalid/, ${why} (list 302 under \`status\` to accept it)`),
  );
  expect(step(302, "http://[", {})).toEqual(refused("HTTP 302 to http://[, which is no address"));
});

test("a redirect to a place that was asked is a circle, whether or not it is followed", () => {
  const message = "HTTP 301 to ?…, in a circle";
  expect(step(301, "?c", { visited: ["/x"] })).toEqual(refused(message));
  expect(step(301, "?c", { redirects: 0 })).toEqual(refused(message));
});

test("as many redirects are followed as are allowed", () => {
  const visited = ["/1", "/2"];
  expect(step(302, "/d", { visited, redirects: 3 })).toBe("http://10.0.0.2:40000/d");
  expect(step(302, "/d", { visited, redirects: 2 })).toEqual(
    refused("HTTP 302 to /d, after 2 redirects, which is as many as allowed"),
  );
  expect(step(302, "/d", { visited: ["/1"], redirects: 1 })).toEqual(
    refused("HTTP 302 to /d, after 1 redirect, which is as many as allowed"),
  );
});

test("a long place is told by its beginning, without what may be secret", () => {
  const told = (location: string): string => {
    const taken = step(302, location);
    return typeof taken === "string" || taken.type !== "refused" ? "" : taken.message;
  };
  const long = `http://else.invalid/${"x".repeat(101)}`;
  expect(told(long)).toContain(`to ${long.slice(0, 117)}..., which`);
  expect(told(long.slice(0, 120))).toContain(`to ${long.slice(0, 120)}, which`);
  expect(told("http://me:pw@else.invalid/a?token=s")).toContain(
    "to http://else.invalid/a?…, which",
  );
});
