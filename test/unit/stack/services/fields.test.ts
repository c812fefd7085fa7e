import { describe, expect, test } from "vitest";
import type { Place } from "../../../../src/project/place.ts";
import type { Service } from "../../../../src/stack/stack.ts";
import { problemsOf, readText, stackOf } from "../../../support/read-manifest.ts";

const head = 'name: s\nimages: { app: { from: scratch, user: "1:1" } }\n';
const textOf = (service: string): string =>
  `${head}services: { app: { image: app, ${service} } }\nsecrets: { key: { generate: true } }\n`;

function serviceOf(service: string): Service {
  const found = stackOf(textOf(service)).services.get("app");
  if (found === undefined) throw new Error("no service");
  return found;
}

/** What a service has without any of the keys. */
const plain = serviceOf("labels: {}");

test.each<[string, Partial<Service>]>([
  ["entrypoint: [/bin/app, serve]", { entrypoint: ["/bin/app", "serve"] }],
  ["command: serve now", { command: ["serve", "now"] }],
  ["working_dir: /srv", { workingDirectory: "/srv" }],
  ["stop_signal: SIGQUIT", { stopSignal: "SIGQUIT" }],
  ['user: "7:8"', { user: "7:8" }],
  ["hostname: front", { hostname: "front" }],
  ["tty: true", { tty: true }],
  ["stdin_open: true", { stdinOpen: true }],
  ["group_add: [105]", { groups: ["105"] }],
  ["labels: { a: b }", { labels: new Map([["a", "b"]]) }],
  ["environment: { A: b }", { environment: new Map([["A", "b"]]) }],
  ["stop_grace_period: 1m", { stopGracePeriodMs: 60_000 }],
  ["profiles: [debug]", { profiles: ["debug"] }],
  ["group_add: []", {}],
  ["tty: false, stdin_open: false", {}],
])("%s says that, and nothing else changes", (written, expected) => {
  const service = serviceOf(written);
  expect(service).toEqual({ ...plain, ...expected });
  expect(Object.keys(service).toSorted()).toEqual(
    [...new Set([...Object.keys(plain), ...Object.keys(expected)])].toSorted(),
  );
});

test("a service without a hostname has its name, in the letters that a host's may have", () => {
  const text = `${head}services: { a.b_c-d: { image: app } }\n`;
  expect(stackOf(text).services.get("a.b_c-d")).toMatchObject({
    hostname: "a-b-c-d",
    containerName: "s-a.b_c-d-1",
  });
});

test.each([
  ["mem_limit: 6m", []],
  [
    "mem_limit: 6291455",
    ["invalid-value: A memory limit of 6291455 bytes is too small; the Engine takes 6m or more."],
  ],
])("%s", (written, problems) => {
  expect(problemsOf(textOf(written))).toEqual(problems);
});

test.each([
  ["tmpfs: /x", { sizeBytes: 67_108_864, mode: 0o750 }],
  ["tmpfs: '/x:size=2k,mode=700,gid=9'", { sizeBytes: 2048, mode: 0o700, gid: 9 }],
  ["tmpfs: '/x:size=2k,size=3k'", { sizeBytes: 3072, mode: 0o750 }],
  ["tmpfs: '/x:noexec'", { sizeBytes: 67_108_864, mode: 0o750 }],
  ["tmpfs: [{ target: /x, mode: '0711', uid: 5 }]", { sizeBytes: 67_108_864, mode: 0o711, uid: 5 }],
  ["volumes: [{ type: tmpfs, target: /x, tmpfs: {} }]", { sizeBytes: 67_108_864, mode: 0o750 }],
])("%s", (written, expected) => {
  expect(serviceOf(written).tmpfs).toEqual([{ target: "/x", ...expected }]);
});

test.each([
  ["secrets: [{ source: key, uid: 7, gid: '8' }]", { uid: 7, gid: 8 }],
  ["secrets: [{ source: key, target: /run/secrets/other }]", { target: "/run/secrets/other" }],
  ["secrets: [{ source: key, target: other }]", { target: "/run/secrets/other" }],
])("%s", (written, expected) => {
  expect(serviceOf(written).secrets).toEqual([
    { secret: "key", target: "/run/secrets/key", mode: 0o400, ...expected },
  ]);
});

test.each(["/etc/key", "a/b", "/run/secrets/a/b", "/run/secretsx"])(
  "a secret is no file elsewhere: %s",
  (target) => {
    expect(problemsOf(textOf(`secrets: [{ source: key, target: ${target} }]`))).toEqual([
      `invalid-value: Secret "key" must be a file in /run/secrets, not "${target}".`,
    ]);
  },
);

describe("logs", () => {
  test.each(["local", "json-file", "journald", "none"])("%s stays on the machine", (driver) => {
    expect(problemsOf(textOf(`logging: { driver: ${driver} }`))).toEqual([]);
  });

  test("that leave the machine need a reason, and none is asked for twice", () => {
    const problem =
      'exception-without-reason: Service "app" sends its log elsewhere ("syslog") without a reason.';
    expect(problemsOf(textOf("logging: { driver: syslog }"))).toEqual([problem]);
    const reason = "policy: { logging: the auditors read it }";
    expect(problemsOf(textOf(`logging: { driver: syslog }, ${reason}`))).toEqual([]);
  });

  test.each([
    ["max-size: 1k", true],
    ["max-size: '0.5m'", true],
    ["max-size: 0m", false],
    ["max-size: '-1'", false],
    ["max-file: 3", true],
  ])("of %s have a bound: %s", (options, isBounded) => {
    expect(problemsOf(textOf(`logging: { options: { ${options} } }`))).toHaveLength(
      isBounded ? 0 : 1,
    );
  });

  test("that nobody keeps have no line to wait for, and those that are kept do", () => {
    const probes = "probes: [{ log_line: { pattern: ready } }]";
    expect(problemsOf(textOf(`logging: { driver: local }, ${probes}`))).toEqual([]);
    expect(problemsOf(textOf(`logging: { driver: none }, ${probes}`))).toHaveLength(1);
  });
});

describe("probes", () => {
  test("are named for what they look at, and counted where two look at one thing", () => {
    const probe = "{ tcp_socket: { port: 80 } }";
    const { probes } = serviceOf(
      `probes: [${probe}, ${probe}, ${probe}, { exec: { command: [/usr/bin/check, /x/y] } }, { http_get: { port: 8080, path: "/a?b" } }]`,
    );
    expect(probes.map(({ name }) => name)).toEqual([
      "tcp_socket:80",
      "tcp_socket:80#2",
      "tcp_socket:80#3",
      "exec:check",
      "http_get:8080/a?b",
    ]);
    expect(probes.map(({ successThreshold }) => successThreshold)).toEqual([2, 2, 2, 2, 2]);
  });

  test("look at a body, headers and codes where they are written", () => {
    const { probes } = serviceOf(
      "probes: [{ http_get: { port: 1, body: OK, headers: { A: b }, status: [200, 204] } }, { http_get: { port: 1 } }]",
    );
    expect(probes[0]?.check).toMatchObject({
      body: "OK",
      headers: new Map([["A", "b"]]),
      status: [200, 204],
    });
    expect(probes[1]?.check).not.toHaveProperty("body");
    expect(probes[1]?.check).toMatchObject({ status: [], headers: new Map(), json: new Map() });
  });

  test.each(["{}", "{ tcp_socket: { port: 1 }, exec: { command: x } }"])(
    "have exactly one check: %s",
    (probe) => {
      expect(problemsOf(textOf(`probes: [${probe}]`))).toEqual([
        "invalid-value: A probe must have exactly one of http_get, tcp_socket, exec and log_line.",
      ]);
    },
  );
});

describe("dependencies", () => {
  const text = (app: string): string =>
    `${head}services:\n  db: { image: app }\n  init: { image: app, job: true }\n  app: { image: app, ${app} }\n`;

  test.each([
    ["depends_on: [db, init]", ["service_healthy", "service_completed_successfully"]],
    ["depends_on: { db: { condition: service_started } }", ["service_started"]],
    ["depends_on: { db: { condition: service_healthy } }", ["service_healthy"]],
    ["depends_on: { init: { condition: service_started } }", ["service_completed_successfully"]],
  ])("%s", (app, conditions) => {
    const { dependsOn } = stackOf(text(app)).services.get("app") ?? plain;
    expect([...dependsOn.values()]).toEqual(conditions);
  });

  test("wait for the end of a job alone", () => {
    const app = "depends_on: { db: { condition: service_completed_successfully } }";
    expect(problemsOf(text(app))).toEqual([
      'invalid-value: "app" waits for the end of "db", which is a service and runs on.',
    ]);
    expect(problemsOf(text(app.replace("db", "init")))).toEqual([]);
  });

  test("with named networks share one of several at least", () => {
    const networks = "networks: { a: , b: , c: }";
    const apart = (own: string, other: string): readonly string[] =>
      problemsOf(
        `${head}services:\n  db: { image: app, networks: ${other} }\n  app: { image: app, depends_on: [db], networks: ${own} }\n${networks}\n`,
      );
    expect(apart("[a, b]", "[b, c]")).toEqual([]);
    expect(apart("{ a: {}, b: {} }", "{ b: {} }")).toEqual([]);
    expect(apart("[a]", "[b, c]")).toEqual([
      'invalid-value: "app" depends on "db", but they share no network.',
    ]);
  });
});

describe("a file of variables", () => {
  test.each<[Place["type"], number]>([
    ["file", 0],
    ["missing", 0],
    ["directory", 1],
    ["other", 1],
    ["loop", 1],
    ["outside", 1],
  ])("that is %s has %i problems before it is read", (type, count) => {
    const path = "/project/a.env";
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the parts that are read
    const place = { type, path, link: path, target: "/etc" } as Place;
    const world = { places: new Map([[path, place]]) };
    expect(problemsOf(textOf("env_file: a.env"), world)).toHaveLength(count);
  });

  test.each([
    ["env_file: a.env", "a.env"],
    ["env_file: [a.env]", "a.env"],
    ["env_file: [{ path: a.env }]", "a.env"],
  ])("is found again where it is written: %s", (written, shown) => {
    const read = readText(textOf(written), { files: ["a.env"] });
    const place = read.ok ? read.value.locations.get("services.app.env_file.0") : undefined;
    const { column = 0, sourceLine = "" } = place ?? {};
    expect(sourceLine.slice(column - 1).startsWith(shown)).toBe(true);
  });
});
