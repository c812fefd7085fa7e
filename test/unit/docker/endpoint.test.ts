import { expect, test } from "vitest";
import { chooseEndpoint, isLocal, parseAddress } from "../../../src/docker/connection/endpoint.ts";

const inputs = { environment: new Map<string, string>(), homeDirectory: "/home/me" };

test("the choice follows docker's order", () => {
  const environment = new Map([
    ["DOCKER_HOST", "tcp://env.example:2376"],
    ["DOCKER_CONTEXT", "from-env"],
  ]);
  const all = { ...inputs, environment, currentContext: "current" };
  expect(chooseEndpoint({ ...all, host: "ssh://flag.example" })).toEqual({
    type: "url",
    url: "ssh://flag.example",
    origin: "--host",
  });
  expect(chooseEndpoint({ ...all, contextName: "flag" })).toEqual({
    type: "context",
    name: "flag",
    origin: "--context",
  });
  expect(chooseEndpoint(all)).toEqual({
    type: "url",
    url: "tcp://env.example:2376",
    origin: "DOCKER_HOST",
  });
  expect(
    chooseEndpoint({ ...all, environment: new Map([["DOCKER_CONTEXT", "from-env"]]) }),
  ).toMatchObject({ type: "context", name: "from-env" });
  expect(chooseEndpoint({ ...inputs, currentContext: "current" })).toMatchObject({
    type: "context",
    name: "current",
  });
  expect(chooseEndpoint({ ...inputs, currentContext: "default" })).toMatchObject({
    type: "sockets",
  });
  expect(() => chooseEndpoint({ ...all, host: "x", contextName: "y" })).toThrow(
    expect.objectContaining({ code: "usage" }),
  );
});

test("the usual sockets: rootful first, then rootless, desktop, podman", () => {
  const environment = new Map([["XDG_RUNTIME_DIR", "/run/user/1000"]]);
  expect(chooseEndpoint({ ...inputs, environment })).toMatchObject({
    type: "sockets",
    urls: [
      "unix:///var/run/docker.sock",
      "unix:///run/user/1000/docker.sock",
      "unix:///home/me/.docker/run/docker.sock",
      "unix:///home/me/.docker/desktop/docker.sock",
      "unix:///home/me/.colima/default/docker.sock",
      "unix:///home/me/.orbstack/run/docker.sock",
      "unix:///run/podman/podman.sock",
      "unix:///run/user/1000/podman/podman.sock",
    ],
  });
});

test.each([
  ["unix:///run/x.sock", { type: "unix", path: "/run/x.sock" }],
  ["tcp://host.example", { type: "tcp", hostname: "host.example", port: 2375, tls: false }],
  ["https://host.example", { type: "tcp", hostname: "host.example", port: 2376, tls: true }],
  ["tcp://[::1]:99", { type: "tcp", hostname: "::1", port: 99, tls: false }],
  [
    "ssh://me@host.example:22/run/x.sock",
    { type: "ssh", hostname: "host.example", user: "me", port: "22", socketPath: "/run/x.sock" },
  ],
  ["ssh://host.example", { type: "ssh", hostname: "host.example" }],
])("the address %s", (url, address) => {
  expect(parseAddress(url)).toEqual(address);
});

test.each([
  "unix://relative",
  "npipe:////./pipe/x",
  "tcp://",
  "nonsense",
  "ssh://me:secret@host.example",
])("the address %s is refused", (url) => {
  expect(() => parseAddress(url)).toThrow(
    expect.objectContaining({ code: "usage", message: expect.not.stringContaining("secret") }),
  );
});

test("only an Engine that shares this machine is local", () => {
  expect(isLocal({ type: "unix", path: "/var/run/docker.sock" }, "linux")).toBe(true);
  expect(isLocal({ type: "unix", path: "/var/run/docker.sock" }, "darwin")).toBe(false);
  expect(isLocal({ type: "unix", path: "/home/me/.docker/desktop/docker.sock" }, "linux")).toBe(
    false,
  );
  expect(isLocal({ type: "tcp", hostname: "127.0.0.1", port: 1, tls: false }, "linux")).toBe(true);
  expect(isLocal({ type: "ssh", hostname: "localhost" }, "linux")).toBe(false);
});
