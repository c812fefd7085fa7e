import { describe, expect, test } from "vitest";
import { loadText } from "../../support/read-manifest.ts";

const digest = "0".repeat(64);

/** Whether the schema takes a manifest. */
function takes(text: string): boolean {
  return loadText(text).ok;
}

const service = (key: string): string =>
  `name: s\nimages: { a: { from: scratch } }\nservices: { app: { image: a, ${key} } }\n`;
const image = (key: string): string => `name: s\nimages: { a: { from: scratch, ${key} } }\n`;
const artifact = `url: "https://x.invalid/a.tar", sha256: "${digest}", path: /opt`;

describe("a number within its bounds is taken, and the next one beyond them is not", () => {
  test.each<readonly [string, readonly (number | string)[], readonly (number | string)[]]>([
    [service("pids_limit: X"), [1, 5000], [0, -1, 1.5]],
    [service("cpus: X"), [0.01, 2, '"0.5"'], [0, -1, '"-1"']],
    [service("mem_limit: X"), [1, '"1b"'], [0, -1]],
    [service("ports: [X]"), [1, 65_535], [0, 65_536]],
    [service("ports: [{ target: X }]"), [1, 65_535], [0, 65_536]],
    [service("ports: [{ target: 80, published: X }]"), [0, 65_535], [-1, 65_536]],
    [service("group_add: [X]"), [0, 70_000], [-1, 0.5]],
    [service("secrets: [{ source: k, uid: X }]"), [0], [-1]],
    [service("secrets: [{ source: k, gid: X }]"), [0], [-1]],
    [service("tmpfs: [{ target: /x, uid: X }]"), [0], [-1]],
    [service("tmpfs: [{ target: /x, gid: X }]"), [0], [-1]],
    [service("ulimits: { nofile: X }"), [-1, 0, 1024], [-2]],
    [service("ulimits: { nofile: { soft: X, hard: 9 } }"), [-1, 0], [-2]],
    [service("probes: [{ tcp_socket: { port: X } }]"), [1, 65_535], [0, 65_536]],
    [service("probes: [{ http_get: { port: X } }]"), [1, 65_535], [0, 65_536]],
    [service("probes: [{ http_get: { port: 80, status: X } }]"), [100, 599], [99, 600]],
    [service("probes: [{ http_get: { port: 80, status: [200, X] } }]"), [100, 599], [99, 600]],
    [service("probes: [{ http_get: { port: 80, redirects: X } }]"), [0, 10], [-1, 11]],
    [service("probes: [{ tcp_socket: { port: 80 }, retries: X }]"), [1], [0]],
    [service("probes: [{ tcp_socket: { port: 80 }, success_threshold: X }]"), [1], [0]],
    [image("expose: [X]"), [1, 65_535, '"80/udp"'], [0, 65_536, '"80/sctp"']],
    [image("accounts: { users: [{ name: u, uid: X }] }"), [0, 65_534], [-1, 1.5]],
    [image("accounts: { users: [{ name: u, uid: 1, gid: X }] }"), [0], [-1]],
    [image("accounts: { groups: [{ name: g, gid: X }] }"), [0], [-1]],
    [image(`artifacts: [{ ${artifact}, strip_components: X }]`), [0, 32], [-1, 33]],
    ["name: s\nsecrets: { k: { generate: { length: X } } }\n", [16, 256], [15, 257]],
  ])("%j", (text, taken, refused) => {
    for (const value of taken)
      expect([value, takes(text.replace("X", `${value}`))]).toEqual([value, true]);
    for (const value of refused)
      expect([value, takes(text.replace("X", `${value}`))]).toEqual([value, false]);
  });
});

test.each([
  ["a name of 63 characters", `name: ${"a".repeat(63)}\n`, true],
  ["a name of 64 characters", `name: ${"a".repeat(64)}\n`, false],
  ["a reason of ten characters", service('policy: { allow_root: "0123456789" }'), true],
  ["a reason of nine, and spaces", service('policy: { allow_root: " 012345678 " }'), false],
  ["one system", "name: s\nos: [debian-12]\n", true],
  ["no system", "name: s\nos: []\n", false],
  ["a key of packages", "name: s\nkeys: { debian-12: [a.asc] }\n", true],
  ["no key of packages", "name: s\nkeys: { debian-12: [] }\n", false],
  ["a file of wheels", image("wheels: r.txt"), true],
  ["no file of wheels", image('wheels: ""'), false],
  ["a pause", service("probes: [{ tcp_socket: { port: 80 }, interval: 1us }]"), true],
  ["a pause of nothing", service("probes: [{ tcp_socket: { port: 80 }, interval: 0s }]"), false],
])("%s: %j", (_what, text, taken) => {
  expect(takes(text)).toBe(taken);
});

/** As docs/manifest.md has them. */
test("what a manifest does not say has its default", () => {
  const loaded = loadText(
    service(`depends_on: { b: {} }, ports: [{ target: 80 }], secrets: [{ source: k }],
    env_file: [{ path: x.env }], volumes: [{ type: bind, source: ./x, target: /x }],
    probes: [{ http_get: { port: 80 } }]`),
  );
  expect(loaded.ok && loaded.value.manifest.os).toEqual(["debian-12"]);
  expect(loaded.ok && loaded.value.manifest.services["app"]).toMatchObject({
    mem_limit: "512m",
    cpus: 1,
    pids_limit: 256,
    read_only: true,
    init: true,
    tty: false,
    stdin_open: false,
    restart: "on-failure:5",
    stop_grace_period: "10s",
    job: false,
    depends_on: { b: { condition: "service_healthy", restart: false, required: true } },
    ports: [{ target: 80, protocol: "tcp" }],
    env_file: [{ path: "x.env", required: true }],
    volumes: [{ read_only: false }],
    probes: [
      {
        phase: "readiness",
        interval: "5s",
        timeout: "2s",
        retries: 3,
        start_period: "60s",
        success_threshold: 2,
        http_get: { path: "/", scheme: "http", headers: {}, json: {}, redirects: 0 },
      },
    ],
  });
});
