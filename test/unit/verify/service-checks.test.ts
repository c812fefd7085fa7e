import { expect, test } from "vitest";
import { serviceChecks } from "../../../src/verify/groups/services.ts";
import type { Verdict } from "../../../src/verify/check.ts";
import type { ServiceSubject } from "../../../src/verify/subject.ts";
import { anEngineInfo, aServiceSubject } from "../../support/a-subject.ts";

function run(id: string, subject: ServiceSubject): Verdict {
  const check = serviceChecks.find((each) => each.id === id);
  if (check === undefined) throw new Error(`no check ${id}`);
  return check.run(subject);
}

test.each(serviceChecks.map(({ id, title }) => [id, title]))(
  "%s (%s) passes for a service as qclock makes it",
  (id) => {
    expect(run(id, aServiceSubject())).toMatchObject({ status: "passed" });
  },
);

/** Volumes mounted below the root, each under its own name. */
function mountsOf(...names: readonly string[]): readonly object[] {
  return names.map((name) => ({
    Type: "volume",
    Name: name,
    Source: `/var/lib/docker/volumes/${name}/_data`,
    Destination: `/${name}`,
  }));
}

/** One way at least in which each rule is broken, and what is said then. */
const broken: readonly (readonly [
  id: string,
  what: string,
  subject: ServiceSubject,
  evidence: RegExp,
])[] = [
  ["RUN-001", "privileged", aServiceSubject({ hostConfig: { Privileged: true } }), /privileged/],
  [
    "RUN-002",
    "nothing dropped",
    aServiceSubject({ hostConfig: { CapDrop: null } }),
    /no capability is dropped/,
  ],
  [
    "RUN-002",
    "some dropped",
    aServiceSubject({ hostConfig: { CapDrop: ["CAP_MKNOD"] } }),
    /only MKNOD dropped/,
  ],
  [
    "RUN-002",
    "one added without a reason",
    aServiceSubject({ hostConfig: { CapAdd: ["CAP_NET_ADMIN"] } }),
    /NET_ADMIN is added without/,
  ],
  [
    "RUN-003",
    "privileges can be gained",
    aServiceSubject({ hostConfig: { SecurityOpt: null } }),
    /no-new-privileges is not set/,
  ],
  [
    "RUN-003",
    "privileges can be gained, said so",
    aServiceSubject({ hostConfig: { SecurityOpt: ["no-new-privileges:false"] } }),
    /not set/,
  ],
  [
    "RUN-004",
    "no seccomp",
    aServiceSubject({ hostConfig: { SecurityOpt: ["seccomp=unconfined"] } }),
    /seccomp=unconfined/,
  ],
  [
    "RUN-005",
    "a writable root",
    aServiceSubject({ hostConfig: { ReadonlyRootfs: false } }),
    /can be written/,
  ],
  ["RUN-006", "no memory limit", aServiceSubject({ hostConfig: { Memory: 0 } }), /no memory limit/],
  [
    "RUN-006",
    "another memory limit",
    aServiceSubject({ hostConfig: { Memory: 5 } }),
    /5 bytes, declared 134217728/,
  ],
  [
    "RUN-006",
    "unlimited swap",
    aServiceSubject({ hostConfig: { MemorySwap: -1 } }),
    /unlimited swap/,
  ],
  ["RUN-007", "no CPU limit", aServiceSubject({ hostConfig: { NanoCpus: 0 } }), /no CPU limit/],
  [
    "RUN-007",
    "another CPU limit",
    aServiceSubject({ hostConfig: { NanoCpus: 2e9 } }),
    /2, declared 0.5/,
  ],
  [
    "RUN-008",
    "unlimited processes",
    aServiceSubject({ hostConfig: { PidsLimit: -1 } }),
    /no limit of processes/,
  ],
  [
    "RUN-010",
    "the host's processes",
    aServiceSubject({ hostConfig: { PidMode: "host" } }),
    /host's pid namespace/,
  ],
  [
    "RUN-010",
    "the host's network",
    aServiceSubject({ hostConfig: { NetworkMode: "host" } }),
    /host's network namespace/,
  ],
  [
    "RUN-011",
    "the Engine's socket",
    aServiceSubject({ mounts: [{ Type: "bind", Source: "/run/docker.sock", Destination: "/s" }] }),
    /\/run\/docker\.sock is mounted at \/s/,
  ],
  [
    "RUN-012",
    "the host's root",
    aServiceSubject({ mounts: [{ Type: "bind", Source: "/", Destination: "/host" }] }),
    /^\/ at \/host/,
  ],
  [
    "RUN-012",
    "the host's /etc",
    aServiceSubject({ mounts: [{ Type: "bind", Source: "/etc/ssl", Destination: "/x" }] }),
    /\/etc\/ssl at \/x/,
  ],
  [
    "RUN-012",
    "an undeclared mount",
    aServiceSubject({ mounts: [{ Type: "bind", Source: "/srv/x", Destination: "/x" }] }),
    /not in the manifest/,
  ],
  [
    "RUN-013",
    "a device",
    aServiceSubject({ hostConfig: { Devices: [{ PathOnHost: "/dev/sda" }] } }),
    /\/dev\/sda/,
  ],
  [
    "RUN-014",
    "an undeclared port",
    aServiceSubject({
      state: {
        publishedPorts: [
          { containerPort: 80, protocol: "tcp", hostAddress: "0.0.0.0", hostPort: 80 },
        ],
      },
    }),
    /0\.0\.0\.0:80 -> 80 is published and not declared/,
  ],
  [
    "RUN-014",
    "a port that is not published",
    aServiceSubject({
      service: {
        ports: [{ hostAddress: "127.0.0.1", hostPort: 8080, containerPort: 80, protocol: "tcp" }],
      },
    }),
    /declared and not published/,
  ],
  [
    "RUN-015",
    "the Engine's default network",
    aServiceSubject({ hostConfig: { NetworkMode: "bridge" } }),
    /bridge network/,
  ],
  [
    "RUN-015",
    "a way out that published ports alone are no reason for",
    aServiceSubject({
      closedNetworks: new Set(),
      service: {
        ports: [{ hostAddress: "127.0.0.1", hostPort: 8080, containerPort: 80, protocol: "tcp" }],
      },
    }),
    /t_edge leads out/,
  ],
  [
    "RUN-015",
    "a way out without a reason",
    aServiceSubject({ closedNetworks: new Set() }),
    /t_edge leads out/,
  ],
  [
    "RUN-016",
    "endless restarts",
    aServiceSubject({ hostConfig: { RestartPolicy: { Name: "always", MaximumRetryCount: 0 } } }),
    /restart: always/,
  ],
  [
    "RUN-017",
    "another image",
    aServiceSubject({ currentImageId: "sha256:new" }),
    /it runs sha256:app, the image is now sha256:new/,
  ],
  [
    "RUN-017",
    "another definition",
    aServiceSubject({ drift: ["create-container: environment LOG_LEVEL diverged"] }),
    /LOG_LEVEL diverged/,
  ],
  [
    "RUN-018",
    "a process of root",
    aServiceSubject({
      processes: [
        {
          pid: 7,
          entered: false,
          command: "sh",
          uid: 0,
          privileged: false,
          kernel: { effectiveCapabilities: 0n, noNewPrivileges: true, seccomp: 2 },
        },
      ],
    }),
    /sh \(7\) runs as 0, not 10001/,
  ],
  [
    "RUN-018",
    "a process with capabilities",
    aServiceSubject({
      processes: [
        {
          pid: 7,
          entered: false,
          command: "sh",
          uid: 10_001,
          privileged: false,
          kernel: { effectiveCapabilities: 0x400n, noNewPrivileges: true, seccomp: 2 },
        },
      ],
    }),
    /has capabilities 400/,
  ],
  [
    "RUN-018",
    "a process without seccomp",
    aServiceSubject({
      processes: [
        {
          pid: 7,
          entered: false,
          command: "sh",
          uid: 10_001,
          privileged: false,
          kernel: { effectiveCapabilities: 0n, noNewPrivileges: true, seccomp: 0 },
        },
      ],
    }),
    /no seccomp/,
  ],
  [
    "RUN-022",
    "a process of root that docker exec put beside its own",
    aServiceSubject({
      processes: [
        {
          pid: 9,
          entered: true,
          command: "sh",
          uid: 0,
          privileged: false,
          kernel: { effectiveCapabilities: 0n, noNewPrivileges: true, seccomp: 2 },
        },
      ],
    }),
    /sh \(9\) runs as 0, not 10001/,
  ],
  [
    "RUN-022",
    "a privileged process in a remote Engine",
    aServiceSubject({
      processes: [
        { pid: 9, entered: true, command: "sh", uid: 10_001, privileged: true, kernel: undefined },
      ],
    }),
    /sh \(9\) was started with every privilege/,
  ],
  [
    "RUN-019",
    "stopped",
    aServiceSubject({ state: { status: "exited", exitCode: 137 } }),
    /it is exited \(137\)/,
  ],
  [
    "RUN-019",
    "out of memory",
    aServiceSubject({ state: { oomKilled: true } }),
    /more memory than its limit/,
  ],
  ["RUN-019", "restarted", aServiceSubject({ state: { restartCount: 3 } }), /restarted 3 times/],
  [
    "RUN-019",
    "a job that failed",
    aServiceSubject({ service: { job: true }, state: { status: "exited", exitCode: 2 } }),
    /job ended with exit code 2/,
  ],
  [
    "RUN-020",
    "a log without an end",
    aServiceSubject({ hostConfig: { LogConfig: { Type: "json-file", Config: {} } } }),
    /without max-size/,
  ],
  [
    "RUN-020",
    "a log whose end is taken away",
    aServiceSubject({
      hostConfig: { LogConfig: { Type: "json-file", Config: { "max-size": "-1" } } },
    }),
    /without max-size/,
  ],
  [
    "RUN-024",
    "a log that is sent away",
    aServiceSubject({
      hostConfig: { LogConfig: { Type: "gelf" } },
      service: { logging: { driver: "gelf", options: [] } },
    }),
    /goes to the driver gelf/,
  ],
  [
    "RUN-025",
    "another stack's volume",
    aServiceSubject({
      mounts: mountsOf("t_data", "other_data"),
      state: { labels: new Map([["dev.qclock.stack", "t"]]) },
    }),
    /other_data at \/other_data/,
  ],
  [
    "RUN-023",
    "a path in memory from which programs run",
    aServiceSubject({ hostConfig: { Tmpfs: { "/run/a": "rw,nosuid,nodev,exec,size=1" } } }),
    /may be run from \/run\/a/,
  ],
  [
    "RUN-021",
    "a password in a variable",
    aServiceSubject({ config: { Env: ["DB_PASSWORD=hunter2"] } }),
    /DB_PASSWORD looks like a secret/,
  ],
  [
    "RUN-021",
    "a known value in a variable",
    aServiceSubject({ config: { Env: ["X=aaa-s3cr3t-value"] }, secretValues: ["s3cr3t-value"] }),
    /variable X/,
  ],
  [
    "RUN-021",
    "a known value in the log",
    aServiceSubject({ logTail: ["login s3cr3t-value"], secretValues: ["s3cr3t-value"] }),
    /log holds a secret/,
  ],
  ["RUN-021", "a secret that anyone can read", secretService(0o444, 10_001), /mode 444, so anyone/],
  [
    "RUN-021",
    "a secret that its user cannot read",
    secretService(0o400, 0),
    /cannot be read by user 10001/,
  ],
];

function secretService(mode: number, uid: number): ServiceSubject {
  const found = { uid, gid: 0, mode, sizeBytes: 32 };
  return aServiceSubject({
    service: { secrets: [{ secret: "db", target: "/run/secrets/db", mode: 0o400 }] },
    secretFiles: [{ secret: "db", target: "/run/secrets/db", found }],
  });
}

test.each(broken)("%s fails for %s", (id, _what, subject, evidence) => {
  const verdict = run(id, subject);
  expect(verdict.status).toBe("failed");
  expect(verdict.status === "failed" ? verdict.evidence.join("\n") : "").toMatch(evidence);
});

test("every rule has been seen to fail", () => {
  expect(new Set(broken.map(([id]) => id))).toEqual(new Set(serviceChecks.map(({ id }) => id)));
});

test("no evidence holds a secret's value", () => {
  const subject = aServiceSubject({
    config: { Env: ["X=aaa-s3cr3t-value"] },
    logTail: ["s3cr3t-value"],
    secretValues: ["s3cr3t-value"],
  });
  expect(JSON.stringify(run("RUN-021", subject))).not.toContain("s3cr3t-value");
});

test.each([
  [
    "RUN-002",
    aServiceSubject({
      hostConfig: { CapAdd: ["CAP_CHOWN"] },
      service: { exceptions: [{ rule: "capability:CHOWN", reason: "it owns the spool" }] },
    }),
    "CHOWN: it owns the spool",
  ],
  [
    "RUN-005",
    aServiceSubject({
      hostConfig: { ReadonlyRootfs: false },
      service: { exceptions: [{ rule: "writable-root", reason: "it updates itself" }] },
    }),
    "it updates itself",
  ],
  [
    "RUN-015",
    aServiceSubject({
      closedNetworks: new Set(),
      service: { exceptions: [{ rule: "outbound", reason: "it calls the bank" }] },
    }),
    "it calls the bank",
  ],
  [
    "RUN-015",
    aServiceSubject({
      service: { exceptions: [{ rule: "external-network:t_edge", reason: "the proxy is there" }] },
    }),
    "t_edge: the proxy is there",
  ],
  [
    "RUN-025",
    aServiceSubject({
      mounts: mountsOf("archive", "t_data", "0".repeat(64)),
      state: { labels: new Map([["dev.qclock.stack", "t"]]) },
      service: { exceptions: [{ rule: "external-volume:archive", reason: "the house keeps it" }] },
    }),
    "archive: the house keeps it",
  ],
  [
    "RUN-023",
    aServiceSubject({
      hostConfig: { Tmpfs: { "/run/a": "exec", "/run/b": "noexec" } },
      service: { exceptions: [{ rule: "tmpfs-exec:/run/a", reason: "it compiles" }] },
    }),
    "it compiles",
  ],
  [
    "RUN-024",
    aServiceSubject({
      hostConfig: { LogConfig: { Type: "gelf" } },
      service: {
        logging: { driver: "gelf", options: [] },
        exceptions: [{ rule: "logging", reason: "the auditors read it" }],
      },
    }),
    "the auditors read it",
  ],
] as const)("%s shows the manifest's reason for a departure", (id, subject, reason) => {
  expect(run(id, subject)).toMatchObject({ status: "allowed", reason });
});

test("RUN-024 leaves the Engine's own logging driver to its administrator", () => {
  const subject = aServiceSubject({ hostConfig: { LogConfig: { Type: "fluentd" } } });

  expect(run("RUN-024", subject)).toEqual({
    status: "passed",
    note: "fluentd, as the Engine is set up",
  });
});

test("RUN-015 of a network of others is no reason for another way out", () => {
  const exceptions = [{ rule: "external-network:t_edge", reason: "the proxy is there" }];
  const addresses = new Map([
    ["t_edge", "10.213.0.2"],
    ["t_back", "10.213.0.18"],
  ]);
  const closedNetworks = new Set<string>();

  expect(
    run(
      "RUN-015",
      aServiceSubject({ service: { exceptions }, state: { addresses }, closedNetworks }),
    ),
  ).toEqual({ status: "failed", evidence: ["t_back leads out"] });
  expect(
    run("RUN-015", aServiceSubject({ service: { exceptions }, closedNetworks })),
  ).toMatchObject({
    evidence: ["t_edge is not of this stack, and leads out"],
  });
});

test("RUN-015 tells of the way out of published ports where the Engine cannot close it", () => {
  const ports = [
    { hostAddress: "127.0.0.1", hostPort: 8080, containerPort: 80, protocol: "tcp" },
  ] as const;
  const open = { closedNetworks: new Set<string>(), canCloseWayOut: false };

  expect(run("RUN-015", aServiceSubject({ ...open, service: { ports } }))).toMatchObject({
    status: "allowed",
    reason: expect.stringContaining("Engine before 28"),
    evidence: ["t_edge leads out"],
  });
  expect(run("RUN-015", aServiceSubject(open))).toMatchObject({ status: "failed" });
});

test.each([
  ["RUN-006", aServiceSubject({ engine: { ...anEngineInfo, memoryLimit: false } })],
  ["RUN-018", aServiceSubject({ processes: undefined })],
  ["RUN-014", aServiceSubject({ state: { status: "exited" } })],
  [
    "RUN-021",
    aServiceSubject({
      service: { secrets: [{ secret: "db", target: "/s", mode: 0o400 }] },
      secretFiles: undefined,
    }),
  ],
] as const)("%s says that it could not look, which is not passing", (id, subject) => {
  expect(run(id, subject).status).toBe("skipped");
});
