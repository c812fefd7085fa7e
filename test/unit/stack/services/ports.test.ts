import { describe, expect, test } from "vitest";
import { problemsOf, readText, stackOf } from "../../../support/read-manifest.ts";

const head = 'name: s\nimages: { app: { from: scratch, user: "1:1" } }\n';
const isPublic = "policy: { public_ports: the office reads it }";

const textOf = (...services: readonly string[]): string =>
  `${head}services:\n${services.map((each, at) => `  s${at}: { image: app, ${each} }\n`).join("")}`;

describe("an address of the host", () => {
  test.each([
    ['"8080:80"', []],
    ['"127.0.0.1:8080:80"', []],
    ['"[::1]:8080:80"', []],
    ["80", []],
    ["{ target: 80 }", []],
    ['"0.0.0.0:8080:80"', ["0.0.0.0"]],
    ['"[::]:8080:80"', ["::"]],
    ['"10.0.0.7::80"', ["10.0.0.7"]],
    ["{ target: 80, host_ip: 0.0.0.0 }", ["0.0.0.0"]],
  ])("%s is reachable from elsewhere, with a reason alone: %j", (port, addresses) => {
    expect(problemsOf(textOf(`ports: [${port}]`))).toEqual(
      addresses.map(
        (address) =>
          `exception-without-reason: Service "s0" publishes port 80 on ${address} without a reason.`,
      ),
    );
    expect(problemsOf(textOf(`ports: [${port}], ${isPublic}`))).toEqual([]);
  });

  test.each([
    ['"0.0.0.0:8080:80"', "0.0.0.0", 8080, "tcp"],
    ['"80"', "127.0.0.1", 0, "tcp"],
    ["80", "127.0.0.1", 0, "tcp"],
    ['"80/udp"', "127.0.0.1", 0, "udp"],
    ['":80"', "127.0.0.1", 0, "tcp"],
    ['"8080:80"', "127.0.0.1", 8080, "tcp"],
    ['"8080:80/tcp"', "127.0.0.1", 8080, "tcp"],
    ['"127.0.0.1:80"', "127.0.0.1", 0, "tcp"],
    ['"[FE80::1]:8080:80"', "FE80::1", 8080, "tcp"],
    ["{ target: 80, published: 8080 }", "127.0.0.1", 8080, "tcp"],
    ['{ target: 80, published: "8080", protocol: udp }', "127.0.0.1", 8080, "udp"],
    ['"10.0.0.7::80/udp"', "10.0.0.7", 0, "udp"],
    ['"[::]:8080:80/tcp"', "::", 8080, "tcp"],
    ["{ target: 80, published: 0, host_ip: 10.0.0.7 }", "10.0.0.7", 0, "tcp"],
  ])("%s", (port, hostAddress, hostPort, protocol) => {
    const service = stackOf(textOf(`ports: [${port}], ${isPublic}`)).services.get("s0");
    expect(service?.ports).toEqual([{ hostAddress, hostPort, containerPort: 80, protocol }]);
  });
});

test.each([
  ["65535:1", []],
  ["65536:1", ["invalid-value: 65536 is not a port."]],
  ["1:65535", []],
  ["1:65536", ["invalid-value: 65536 is not a port."]],
])("%s", (port, problems) => {
  expect(problemsOf(textOf(`ports: ["${port}"]`))).toEqual(problems);
});

describe("two services on one port of the host", () => {
  test.each([
    ["on one address", '"8080:80"', '"8080:81"', true],
    ["on another port", '"8080:80"', '"8081:80"', false],
    ["over another protocol", '"8080:80"', '"8080:80/udp"', false],
    ["on two addresses", '"127.0.0.1:8080:80"', '"[::1]:8080:80"', false],
    ["on one and on all", '"8080:80"', '"0.0.0.0:8080:80"', true],
    ["on all and on one", '"0.0.0.0:8080:80"', '"8080:80"', true],
    ["on all of IPv6 and on one", '"[::]:8080:80"', '"10.0.0.7:8080:80"', true],
    ["that the Engine chooses", '"80"', '"80"', false],
  ])("%s: %s and %s clash: %s", (_, one, other, clash) => {
    const codes = problemsOf(
      textOf(`ports: [${one}], ${isPublic}`, `ports: [${other}], ${isPublic}`),
    );
    expect(codes.map((each) => each.split(":")[0])).toEqual(clash ? ["port-conflict"] : []);
  });

  test("a third one clashes with the first, which has it", () => {
    const read = readText(textOf(...[80, 81, 82].map((port) => `ports: ["8080:${port}"]`)));
    const found = read.ok ? [] : read.error;
    expect(
      found.map(({ location, related }) => [location.line, related[0]?.location.line]),
    ).toEqual([
      [5, 4],
      [6, 4],
    ]);
  });

  test("two ports of one service are no better", () => {
    expect(problemsOf(textOf('ports: ["8080:80", "9090:90", "8080:81"]'))).toEqual([
      "port-conflict: Port 127.0.0.1:8080/tcp is published twice.",
    ]);
  });
});
