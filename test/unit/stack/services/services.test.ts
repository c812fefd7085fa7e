import { describe, expect, test } from "vitest";
import type { Service } from "../../../../src/stack/stack.ts";
import { codesOf, screenOf, stackOf } from "../../../support/read-manifest.ts";

const head = 'name: shop\nimages: { app: { from: scratch, user: "1:1" } }\n';

function textOf(service: string): string {
  return `${head}services:\n  app:\n    image: app\n${service.replace(/^/gm, "    ")}\nvolumes: { data: }\nsecrets: { key: { generate: true } }\n`;
}

function serviceOf(service: string, environment: Readonly<Record<string, string>> = {}): Service {
  const found = stackOf(textOf(service), { environment }).services.get("app");
  if (found === undefined) throw new Error("no service");
  return found;
}

test("what the manifest does not say is hardened", () => {
  expect(serviceOf("labels: {}")).toMatchObject({
    containerName: "shop-app-1",
    hostname: "app",
    job: false,
    limits: { memoryBytes: 512 * 1024 * 1024, cpus: 1, pids: 256 },
    hardening: {
      readOnlyRoot: true,
      dropCapabilities: ["ALL"],
      addCapabilities: [],
      noNewPrivileges: true,
      init: true,
      allowRoot: false,
    },
    restart: { type: "on-failure", maximumRetries: 5 },
    stopGracePeriodMs: 10_000,
    exceptions: [],
  });
});

describe("ports", () => {
  test.each([
    ['"8080:80"', "127.0.0.1", 8080, 80, "tcp"],
    ['"127.0.0.1:8080:80/udp"', "127.0.0.1", 8080, 80, "udp"],
    ['"[::1]:8080:80"', "::1", 8080, 80, "tcp"],
    ['"80"', "127.0.0.1", 0, 80, "tcp"],
    ["80", "127.0.0.1", 0, 80, "tcp"],
    ["{ target: 80, published: 8080 }", "127.0.0.1", 8080, 80, "tcp"],
    ['{ target: 53, published: "53", protocol: udp }', "127.0.0.1", 53, 53, "udp"],
  ])("%s", (written, hostAddress, hostPort, containerPort, protocol) => {
    expect(serviceOf(`ports: [${written}]`).ports).toEqual([
      { hostAddress, hostPort, containerPort, protocol },
    ]);
  });

  test.each(['"3000-3001:80"', '"localhost:80:80"', '"a:80"', "0", "65536", '"70000:80"'])(
    "%s is refused",
    (written) => {
      expect(codesOf(textOf(`ports: [${written}]`))).toEqual(["invalid-value"]);
    },
  );
});

describe("commands", () => {
  test.each([
    ["[a, b c]", ["a", "b c"]],
    ["a  b\tc", ["a", "b", "c"]],
    [`'a "b c" d'`, ["a", "b c", "d"]],
    [`"a 'b $X' c"`, ["a", "b $$X", "c"]],
    [String.raw`'a\ b "c\"d"'`, ["a b", 'c"d']],
  ])("%s", (written, words) => {
    expect(serviceOf(`command: ${written.replaceAll("$", "$$$$")}`).command).toEqual(
      words.map((word) => word.replaceAll("$$", "$")),
    );
  });
});

describe("mounts", () => {
  test("volumes and folders of the project, in both notations", () => {
    expect(
      serviceOf(
        "volumes:\n  - data:/a\n  - data:/b:ro\n  - { type: volume, source: data, target: /c, read_only: true }\n  - ./conf:/d:ro\npolicy: { bind_mounts: { /d: the page is edited while it runs } }",
      ).mounts,
    ).toEqual([
      { type: "volume", volume: "data", target: "/a", readOnly: false },
      { type: "volume", volume: "data", target: "/b", readOnly: true },
      { type: "volume", volume: "data", target: "/c", readOnly: true },
      { type: "bind", source: "/project/conf", target: "/d", readOnly: true },
    ]);
  });

  test("paths in memory", () => {
    expect(
      serviceOf("tmpfs: [/run, '/tmp:size=1m,mode=1777,uid=5', { target: /x, size: 2m, gid: 7 }]")
        .tmpfs,
    ).toEqual([
      { target: "/run", sizeBytes: 64 * 1024 * 1024, mode: 0o750 },
      { target: "/tmp", sizeBytes: 1024 * 1024, mode: 0o1777, uid: 5 },
      { target: "/x", sizeBytes: 2 * 1024 * 1024, mode: 0o750, gid: 7 },
    ]);
  });

  test("paths in memory as a type of volume", () => {
    expect(
      serviceOf(
        "volumes:\n  - { type: tmpfs, target: /a }\n  - { type: tmpfs, target: /b, tmpfs: { size: 1m, mode: '0700', uid: 5 } }\ntmpfs: [/c]",
      ),
    ).toMatchObject({
      mounts: [],
      tmpfs: [
        { target: "/c", sizeBytes: 64 * 1024 * 1024, mode: 0o750 },
        { target: "/a", sizeBytes: 64 * 1024 * 1024, mode: 0o750 },
        { target: "/b", sizeBytes: 1024 * 1024, mode: 0o700, uid: 5 },
      ],
    });
  });

  test.each([
    ["tmpfs: '/x:exec'"],
    ["tmpfs: ['/x:noexec,exec']"],
    ["tmpfs: [{ target: /x, exec: true }]"],
    ["volumes: [{ type: tmpfs, target: /x, tmpfs: { exec: true } }]"],
  ])("programs run from a path in memory with a reason: %s", (written) => {
    expect(codesOf(textOf(written))).toEqual(["exception-without-reason"]);
    const service = serviceOf(`${written}\npolicy: { tmpfs_exec: { /x: it compiles programs } }`);
    expect(service.tmpfs).toMatchObject([{ target: "/x", exec: true }]);
    expect(service.exceptions).toEqual([{ rule: "tmpfs-exec:/x", reason: "it compiles programs" }]);
  });

  test.each([
    ["tmpfs: ['/x:exec,noexec']", []],
    ["volumes: [{ type: tmpfs, source: data, target: /x }]", ["invalid-value"]],
    ["volumes: [{ type: tmpfs, target: /x, read_only: true }]", ["invalid-value"]],
    ["volumes: [{ type: volume, target: /x }]", ["missing-key"]],
    ["volumes: [{ type: bind, target: /x }]", ["missing-key"]],
    [
      "volumes: [{ type: volume, source: data, target: /x, tmpfs: { size: 1m } }]",
      ["invalid-value"],
    ],
    ["volumes: [data:/x, { type: tmpfs, target: /x }]", ["duplicate-name"]],
    ["tmpfs: ['/x:suid']", ["invalid-value"]],
  ])("%s", (written, codes) => {
    expect(codesOf(textOf(written))).toEqual(codes);
  });

  test("secrets are files that their reader alone can read", () => {
    expect(
      serviceOf('secrets: [key, { source: key, target: k, uid: "5", mode: "0440" }]').secrets,
    ).toEqual([
      { secret: "key", target: "/run/secrets/key", mode: 0o400 },
      { secret: "key", target: "/run/secrets/k", mode: 0o440, uid: 5 },
    ]);
  });
});

describe("values", () => {
  test.each([
    ["mem_limit: 1g", { limits: { memoryBytes: 1024 ** 3, cpus: 1, pids: 256 } }],
    ["mem_limit: 64MB", { limits: { memoryBytes: 64 * 1024 ** 2, cpus: 1, pids: 256 } }],
    ['cpus: "0.5"', { limits: { memoryBytes: 512 * 1024 ** 2, cpus: 0.5, pids: 256 } }],
    ["group_add: [105, '106', 105, root]", { groups: ["105", "106", "root"] }],
    ["shm_size: 128m", { limits: { shmBytes: 128 * 1024 ** 2 } }],
    [
      "ulimits: { nproc: 100, nofile: { soft: 1024, hard: -1 }, core: '0' }",
      {
        limits: {
          ulimits: [
            { name: "core", soft: 0, hard: 0 },
            { name: "nofile", soft: 1024, hard: -1 },
            { name: "nproc", soft: 100, hard: 100 },
          ],
        },
      },
    ],
    ["tty: true\nstdin_open: true", { tty: true, stdinOpen: true }],
    [
      "logging: { driver: local, options: { max-size: 5m, compress: false } }",
      {
        logging: {
          driver: "local",
          options: [
            ["compress", "false"],
            ["max-size", "5m"],
          ],
        },
      },
    ],
    ["logging: { options: { max-file: 2 } }", { logging: { options: [["max-file", "2"]] } }],
    [
      "logging: { driver: syslog }\npolicy: { logging: the auditors read it there }",
      {
        logging: { driver: "syslog", options: [] },
        exceptions: [{ rule: "logging", reason: "the auditors read it there" }],
      },
    ],
    [
      "policy: { engine_socket: it starts jobs }",
      { exceptions: [{ rule: "engine-socket", reason: "it starts jobs" }] },
    ],
    ["stop_grace_period: 1m30s", { stopGracePeriodMs: 90_000 }],
    ["stop_grace_period: 250ms", { stopGracePeriodMs: 250 }],
    ['restart: "no"', { restart: { type: "no" } }],
    ["restart: on-failure:2", { restart: { type: "on-failure", maximumRetries: 2 } }],
    ["job: true", { job: true, restart: { type: "no" } }],
  ])("%s", (written, expected) => {
    expect(serviceOf(written)).toMatchObject(expected);
  });

  test.each([
    ["ulimits: { nofile: { soft: 10, hard: 5 } }", "is above the hard one (5)"],
    ["ulimits: { nofile: { soft: -1, hard: 5 } }", "(-1) is above the hard one (5)"],
    ["ulimits: { nofiles: 5 }", 'Did you mean "nofile"?'],
    ["ulimits: { nofile: -2 }", "-1"],
    ["ulimits: { nofile: { soft: 5 } }", 'lacks "hard"'],
    ["group_add: [-1]", "group_add"],
    ["group_add: [shoppers]", 'no group "shoppers"'],
    ["group_add: ['docker:1']", "the number or the name of a group"],
    ["shm_size: 0b", "/dev/shm of 0 bytes"],
    ["logging: { driver: gelf }", 'sends its log elsewhere ("gelf") without a reason'],
    ["logging: { options: { max-size: -1 } }", "until the disk is full"],
    ["logging: { driver: local, options: { max-size: '0' } }", "until the disk is full"],
    [
      "logging: { driver: none }\nprobes: [{ tcp_socket: { port: 1 } }, { log_line: { pattern: x } }]",
      'which the driver "none" keeps nowhere',
    ],
  ])("%s is refused", (written, words) => {
    expect(screenOf(textOf(written))).toContain(words);
    expect(screenOf(textOf(written))).toContain("1 error\n");
  });

  test("limits that are not written are not there: the Engine's own hold", () => {
    expect(Object.keys(serviceOf("labels: {}").limits)).toEqual(["memoryBytes", "cpus", "pids"]);
  });

  test("environment in both notations", () => {
    const expected = new Map([
      ["A", "1"],
      ["B", "x=y"],
      ["C", ""],
    ]);
    expect(serviceOf('environment: { A: 1, B: "x=y", C: "" }').environment).toEqual(expected);
    expect(serviceOf('environment: ["A=1", "B=x=y", "C="]').environment).toEqual(expected);
  });
});

describe("extra hosts", () => {
  test.each([
    ['["a=10.0.0.1", "b.example:10.0.0.2", "c:::1", "d=[fe80::1]"]'],
    ['{ a: 10.0.0.1, b.example: 10.0.0.2, c: "::1", d: "[fe80::1]" }'],
    ['{ a: [10.0.0.1], b.example: 10.0.0.2, c: ["::1"], d: "fe80::1" }'],
  ])("%s", (written) => {
    expect(serviceOf(`extra_hosts: ${written}`).extraHosts).toEqual([
      { name: "a", address: "10.0.0.1" },
      { name: "b.example", address: "10.0.0.2" },
      { name: "c", address: "::1" },
      { name: "d", address: "fe80::1" },
    ]);
  });

  test.each(['["me=host-gateway"]', '["me:host-gateway"]', "{ me: host-gateway }"])(
    "%s is a way to the host, and takes a reason",
    (written) => {
      expect(codesOf(textOf(`extra_hosts: ${written}`))).toEqual(["exception-without-reason"]);
      expect(
        serviceOf(`extra_hosts: ${written}\npolicy: { host: it sends its log there }`).extraHosts,
      ).toEqual([{ name: "me", address: "host-gateway" }]);
    },
  );

  test.each(["[a]", '["a=10.0.0.300"]', "{ a: db }", '{ "a b": 10.0.0.1 }', '["a=1:2"]'])(
    "%s is refused",
    (written) => {
      expect(codesOf(textOf(`extra_hosts: ${written}`))).toEqual(["invalid-value"]);
    },
  );
});

describe("probes", () => {
  test("take their names from what they check, and their timing from compose's words", () => {
    const { probes } = serviceOf(
      "probes:\n  - http_get: { port: 80, path: /health, json: { a.b: true }, status: 200 }\n    interval: 1s\n  - tcp_socket: { port: 80 }\n    phase: startup\n  - tcp_socket: { port: 80 }\n  - exec: { command: /bin/check --all }\n  - log_line: { pattern: ready }\n    timeout: 250ms",
    );
    expect(probes.map(({ name }) => name)).toEqual([
      "http_get:80/health",
      "tcp_socket:80",
      "tcp_socket:80#2",
      "exec:check",
      "log_line",
    ]);
    expect(probes[0]).toMatchObject({
      phase: "readiness",
      intervalMs: 1000,
      timeoutMs: 2000,
      retries: 3,
      startPeriodMs: 60_000,
      successThreshold: 2,
      check: { type: "http_get", status: [200], json: new Map([["a.b", true]]), redirects: 0 },
    });
    expect(probes[3]?.check).toEqual({ type: "exec", command: ["/bin/check", "--all"] });
    // A line stays in the log: once seen is seen.
    expect(probes[4]).toMatchObject({ timeoutMs: 250, successThreshold: 1 });
  });

  test("have exactly one check", () => {
    expect(
      codesOf(textOf("probes: [{}, { tcp_socket: { port: 1 }, log_line: { pattern: x } }]")),
    ).toEqual(["invalid-value", "invalid-value"]);
  });
});

test("a reason is more than a word", () => {
  expect(screenOf(textOf("read_only: false\npolicy: { writable_root: because }")))
    .toMatchInlineSnapshot(`
    "
    stack.config.yaml:7:30 error: "services.app.policy.writable_root" must be a reason of at least ten characters; it is "because". [invalid-value]

        7 |     policy: { writable_root: because }
          |                              ~~~~~~~

    1 error
    "
  `);
});

test("services come after those that they depend on, jobs are waited for to their end", () => {
  const stack = stackOf(
    `${head}services:\n  web: { image: app, depends_on: { api: , init: } }\n  api: { image: app, depends_on: { init: { condition: service_started } } }\n  init: { image: app, job: true }\n`
      .replaceAll(": ,", ": {},")
      .replace("init: }", "init: {} }"),
  );
  expect([...stack.services.keys()]).toEqual(["init", "api", "web"]);
  expect(stack.services.get("web")?.dependsOn).toEqual(
    new Map([
      ["api", "service_healthy"],
      ["init", "service_completed_successfully"],
    ]),
  );
});

describe("depends_on.restart", () => {
  const textWith = (app: string): string =>
    `${head}services:\n  db: { image: app }\n  log: { image: app }\n  app: { image: app, ${app} }\n`;

  test("names those after which the service is started again", () => {
    const dependencies = "depends_on: { db: { restart: true }, log: { restart: false } }";
    const app = stackOf(textWith(dependencies)).services.get("app");

    expect(app?.restartsWith).toEqual(["db"]);
    expect([...(app?.dependsOn ?? [])]).toEqual([
      ["db", "service_healthy"],
      ["log", "service_healthy"],
    ]);
    expect(stackOf(textWith("depends_on: [db]")).services.get("app")).not.toHaveProperty(
      "restartsWith",
    );
  });

  test("says nothing of a job", () => {
    const text = textWith("job: true, depends_on: { db: { restart: true } }");

    expect(codesOf(text)).toEqual(["invalid-value"]);
    expect(screenOf(text)).toContain("is a job, which runs once and is not started again");
  });
});
