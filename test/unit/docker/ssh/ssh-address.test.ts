import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { parseAddress } from "../../../../src/docker/connection/endpoint.ts";
import {
  dialWords,
  type SshAddress,
  sshArguments,
} from "../../../../src/docker/ssh/ssh-address.ts";

test.for([
  "ssh://-oProxyCommand=touch%20x/",
  "ssh://-oProxyCommand=x",
  "ssh://host;id",
  "ssh://host`id`",
  "ssh://$(id)",
  "ssh://host%20name",
  "ssh://-oProxyCommand=x@host",
  "ssh://a;id@host",
  "ssh://$(id)@host",
  "ssh://a%0Ab@host",
  "ssh://a%20b@host",
  "ssh://%ff@host",
  "ssh://host/run/x%0Ay",
  "ssh://host/run/%00",
  "ssh://host/%zz",
])("%s is refused", (url) => {
  expect(() => parseAddress(url)).toThrow(
    expect.objectContaining({ code: "usage", message: expect.stringContaining("cannot be used") }),
  );
});

test.for([
  ["ssh://host", { hostname: "host" }],
  [
    "ssh://first.last@host-1.example:2222",
    { hostname: "host-1.example", user: "first.last", port: "2222" },
  ],
  ["ssh://me%40corp.example@host", { hostname: "host", user: "me@corp.example" }],
  ["ssh://[fe80::1]/run/x.sock", { hostname: "fe80::1", socketPath: "/run/x.sock" }],
  ["ssh://host/run/my%20engine.sock", { hostname: "host", socketPath: "/run/my engine.sock" }],
] as const)("%s is understood", ([url, expected]) => {
  expect(parseAddress(url)).toEqual({ type: "ssh", ...expected });
});

test.for([
  "/run/docker.sock",
  "/run/my engine.sock",
  "/run/x;touch y",
  "/run/$(id)`id`$HOME",
  '/run/it\'s "quoted" \\ here',
  "/run/*?[a]{b,c}~!#&|<>",
])("the shell at the other end gets %s as one word", (socketPath) => {
  const address: SshAddress = { type: "ssh", hostname: "host", socketPath };
  const command = dialWords(address).join(" ");

  const { stdout } = spawnSync("sh", ["-c", `docker() { printf "%s\\n" "$@"; }; ${command}`], {
    encoding: "utf8",
  });

  expect(stdout.split("\n")).toEqual([
    "--host",
    `unix://${socketPath}`,
    "system",
    "dial-stdio",
    "",
  ]);
});

test("no part of an address is taken for an option of ssh", () => {
  const address: SshAddress = { type: "ssh", hostname: "host", user: "me", port: "22" };

  expect(sshArguments(address, ["-M"]).slice(-7)).toEqual([
    "-M",
    "-l",
    "me",
    "-p",
    "22",
    "--",
    "host",
  ]);
});

test("podman's socket is reached by podman's own command", () => {
  const socketPath = "/run/user/1000/podman/podman.sock";
  expect(dialWords({ type: "ssh", hostname: "host", socketPath })).toEqual([
    "podman",
    "--url",
    `unix://${socketPath}`,
    "system",
    "dial-stdio",
  ]);
});
