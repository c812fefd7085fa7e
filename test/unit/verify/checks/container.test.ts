import { expect, test } from "vitest";
import type { Verdict } from "../../../../src/verify/check.ts";
import { containerChecks } from "../../../../src/verify/checks/container.ts";
import type { ProcessFacts, SecretFile, ServiceSubject } from "../../../../src/verify/subject.ts";
import { anEngineInfo, aServiceSubject } from "../../../support/a-subject.ts";
import { fine, found, saw, unseen } from "../../../support/verdicts.ts";

function aProcess(pid: number, parts: Partial<ProcessFacts> = {}): ProcessFacts {
  return {
    pid,
    entered: false,
    command: "app",
    uid: 10_001,
    privileged: false,
    kernel: { effectiveCapabilities: 0n, noNewPrivileges: true, seccomp: 2 },
    ...parts,
  };
}

/** A service of user 10001:10001 with one secret's file at `/s`. */
function withSecret(file: SecretFile["found"]): ServiceSubject {
  return aServiceSubject({
    service: { secrets: [{ secret: "db", target: "/s", mode: 0o400 }] },
    secretFiles: [{ secret: "db", target: "/s", found: file }],
  });
}

function aBind(source: string, target: string, propagation = "rprivate"): object {
  return { Type: "bind", Source: source, Destination: target, Propagation: propagation };
}

const reasoned = (...rules: readonly string[]): Pick<ServiceSubject["service"], "exceptions"> => ({
  exceptions: rules.map((rule) => ({ rule, reason: `why ${rule}` })),
});

const remote = { kernel: undefined };
const sized = { uid: 10_001, gid: 0, mode: 0o400, sizeBytes: 32 };

type Row = readonly [id: string, what: string, subject: ServiceSubject, verdict: Verdict];

test.each<Row>([
  [
    "RUN-002",
    "some capabilities dropped",
    aServiceSubject({ hostConfig: { CapDrop: ["CAP_MKNOD", "chown"] } }),
    found("only MKNOD, CHOWN dropped"),
  ],
  [
    "RUN-002",
    "one added with a reason and one without",
    aServiceSubject({
      hostConfig: { CapAdd: ["CHOWN", "KILL"] },
      service: reasoned("capability:CHOWN"),
    }),
    found("KILL is added without a reason"),
  ],
  [
    "RUN-002",
    "two added with reasons",
    aServiceSubject({
      hostConfig: { CapAdd: ["CHOWN", "KILL"] },
      service: reasoned("capability:CHOWN", "capability:KILL"),
    }),
    {
      status: "allowed",
      evidence: ["CHOWN is added", "KILL is added"],
      reason: "CHOWN: why capability:CHOWN; KILL: why capability:KILL",
    },
  ],
  [
    "RUN-003",
    "the option's short form beside another",
    aServiceSubject({ hostConfig: { SecurityOpt: ["seccomp=x.json", "no-new-privileges"] } }),
    fine,
  ],
  [
    "RUN-004",
    "all three taken away, beside a profile",
    aServiceSubject({
      hostConfig: {
        SecurityOpt: [
          "seccomp=unconfined",
          "apparmor:unconfined",
          "label=disable",
          "apparmor=docker-default",
        ],
      },
    }),
    found("seccomp=unconfined", "apparmor:unconfined", "label=disable"),
  ],
  [
    "RUN-006",
    "a byte less, and unlimited swap",
    aServiceSubject({ hostConfig: { Memory: 134_217_727, MemorySwap: -1 } }),
    found("134217727 bytes, declared 134217728", "unlimited swap"),
  ],
  [
    "RUN-006",
    "an Engine that limits no memory",
    aServiceSubject({ engine: { ...anEngineInfo, memoryLimit: false } }),
    unseen("this Engine cannot limit memory"),
  ],
  [
    "RUN-007",
    "a difference of rounding",
    aServiceSubject({ hostConfig: { NanoCpus: 500_400_000 } }),
    fine,
  ],
  [
    "RUN-007",
    "a thousandth of a CPU",
    aServiceSubject({
      hostConfig: { NanoCpus: 1_000_000 },
      service: { limits: { memoryBytes: 134_217_728, cpus: 0.002, pids: 64 } },
    }),
    found("0.001, declared 0.002"),
  ],
  [
    "RUN-007",
    "a quota of an older Engine, half a CPU too much",
    aServiceSubject({ hostConfig: { NanoCpus: 0, CpuQuota: 100_000 } }),
    found("1, declared 0.5"),
  ],
  [
    "RUN-007",
    "an Engine that limits no CPU",
    aServiceSubject({ engine: { ...anEngineInfo, cpuLimit: false } }),
    unseen("this Engine cannot limit CPU"),
  ],
  [
    "RUN-008",
    "another limit",
    aServiceSubject({ hostConfig: { PidsLimit: 1 } }),
    found("1, declared 64"),
  ],
  [
    "RUN-008",
    "no limit at all",
    aServiceSubject({ hostConfig: { PidsLimit: null } }),
    found("no limit of processes"),
  ],
  [
    "RUN-008",
    "an Engine that limits no processes",
    aServiceSubject({ engine: { ...anEngineInfo, pidsLimit: false } }),
    unseen("this Engine cannot limit processes"),
  ],
  [
    "RUN-010",
    "every namespace of the host",
    aServiceSubject({
      hostConfig: {
        PidMode: "host",
        IpcMode: "host",
        UTSMode: "host",
        UsernsMode: "host",
        NetworkMode: "host",
      },
    }),
    found(
      "the host's pid namespace",
      "the host's ipc namespace",
      "the host's uts namespace",
      "the host's user namespace",
      "the host's network namespace",
    ),
  ],
  [
    "RUN-011",
    "a socket under another name, or at its place, and a harmless one",
    aServiceSubject({
      mounts: [
        aBind("/run/podman/podman.sock", "/a"),
        aBind("/srv/link", "/run/docker.sock"),
        aBind("/run/app.sock", "/run/app.sock"),
      ],
    }),
    found("/run/podman/podman.sock is mounted at /a", "/srv/link is mounted at /run/docker.sock"),
  ],
  [
    "RUN-011",
    "a folder that holds a socket, and one beside it",
    aServiceSubject({ mounts: [aBind("/run", "/a"), aBind("/run/app", "/b")] }),
    found("/run is mounted at /a"),
  ],
  [
    "RUN-011",
    "a socket that the manifest gives a reason for",
    aServiceSubject({
      service: { exceptions: [{ rule: "engine-socket", reason: "it starts jobs" }] },
      mounts: [aBind("/var/run/docker.sock", "/a")],
    }),
    {
      status: "allowed",
      reason: "it starts jobs",
      evidence: ["/var/run/docker.sock is mounted at /a"],
    },
  ],
  [
    "RUN-011",
    "a socket with a reason for its mount alone",
    aServiceSubject({
      service: { exceptions: [{ rule: "bind-mount:/a", reason: "it starts jobs" }] },
      mounts: [aBind("/var/run/docker.sock", "/a")],
    }),
    found("/var/run/docker.sock is mounted at /a"),
  ],
  [
    "RUN-012",
    "a declared folder beside a volume's",
    aServiceSubject({
      service: { mounts: [{ type: "bind", source: "/srv/x", target: "/x", readOnly: true }] },
      mounts: [
        aBind("/srv/x", "/x"),
        { Type: "volume", Source: "/var/lib/docker/volumes/x", Destination: "/y" },
      ],
    }),
    fine,
  ],
  [
    "RUN-012",
    "a declared folder of the system that shares its mounts",
    aServiceSubject({
      service: { mounts: [{ type: "bind", source: "/usr", target: "/x", readOnly: true }] },
      mounts: [aBind("/usr", "/x", "rshared")],
    }),
    found("/usr at /x", "/x shares its mounts with the host"),
  ],
  [
    "RUN-016",
    "restarts after each failure",
    aServiceSubject({
      hostConfig: { RestartPolicy: { Name: "on-failure", MaximumRetryCount: 0 } },
    }),
    found("restart: on-failure"),
  ],
  [
    "RUN-016",
    "restarts until it is stopped, with a reason",
    aServiceSubject({
      hostConfig: { RestartPolicy: { Name: "unless-stopped", MaximumRetryCount: 3 } },
      service: reasoned("unbounded-restart"),
    }),
    {
      status: "allowed",
      evidence: ["restart: unless-stopped"],
      reason: "why unbounded-restart",
    },
  ],
  ["RUN-016", "no restart at all", aServiceSubject({ hostConfig: { RestartPolicy: null } }), fine],
  ["RUN-017", "an image that is gone", aServiceSubject({ currentImageId: undefined }), fine],
  [
    "RUN-017",
    "another image and another definition",
    aServiceSubject({ currentImageId: "sha256:new", drift: ["up would create it"] }),
    {
      status: "failed",
      evidence: ["it runs sha256:app, the image is now sha256:new", "up would create it"],
      hint: "Run qclock up.",
    },
  ],
  [
    "RUN-018",
    "two processes of its own and a root's that entered",
    aServiceSubject({
      processes: [aProcess(1), aProcess(2), aProcess(3, { entered: true, uid: 0 })],
    }),
    saw("2 processes"),
  ],
  [
    "RUN-018",
    "processes of which one is seen by its user alone",
    aServiceSubject({ processes: [aProcess(1), aProcess(2, remote)] }),
    saw("2 processes, by their users; their capabilities cannot be seen from here"),
  ],
  [
    "RUN-018",
    "nothing but what entered",
    aServiceSubject({ processes: [aProcess(3, { entered: true })] }),
    unseen("it is not running"),
  ],
  [
    "RUN-018",
    "a process without any of its bounds",
    aServiceSubject({
      service: { user: "5:6" },
      processes: [
        aProcess(7, {
          kernel: { effectiveCapabilities: 0x401n, noNewPrivileges: false, seccomp: 0 },
        }),
      ],
    }),
    found(
      "app (7) runs as 10001, not 5",
      "app (7) has capabilities 401",
      "app (7) can gain privileges",
      "app (7) has no seccomp filter",
    ),
  ],
  [
    "RUN-018",
    "capabilities and privileges that the manifest gives",
    aServiceSubject({
      imageUser: "www-data",
      service: {
        hardening: {
          readOnlyRoot: true,
          dropCapabilities: ["ALL"],
          addCapabilities: ["CHOWN"],
          noNewPrivileges: false,
          init: true,
          allowRoot: false,
        },
      },
      processes: [
        aProcess(7, {
          uid: 33,
          kernel: { effectiveCapabilities: 1n, noNewPrivileges: false, seccomp: 2 },
        }),
      ],
    }),
    saw("1 processes"),
  ],
  [
    "RUN-022",
    "somebody with the service's rights",
    aServiceSubject({ processes: [aProcess(1), aProcess(3, { entered: true })] }),
    saw("1 entered, with the service's rights"),
  ],
  [
    "RUN-022",
    "somebody with more rights",
    aServiceSubject({
      processes: [aProcess(1, { uid: 0 }), aProcess(3, { entered: true, uid: 0, command: "sh" })],
    }),
    {
      status: "failed",
      evidence: ["sh (3) runs as 0, not 10001"],
      hint: "Somebody runs docker exec in it: end that, or make it again.",
    },
  ],
  [
    "RUN-022",
    "an Engine whose processes are not told",
    aServiceSubject({ processes: undefined }),
    unseen("the Engine's processes cannot be seen from here"),
  ],
  [
    "RUN-019",
    "a job that went well",
    aServiceSubject({ service: { job: true }, state: { status: "exited", restartCount: 1 } }),
    fine,
  ],
  [
    "RUN-019",
    "never started",
    aServiceSubject({ state: { status: "created" } }),
    found("it is created"),
  ],
  [
    "RUN-019",
    "everything at once",
    aServiceSubject({
      state: { status: "exited", exitCode: 137, oomKilled: true, restartCount: 1 },
    }),
    found(
      "it is exited (137)",
      "it was killed for using more memory than its limit",
      "it was restarted once",
    ),
  ],
  [
    "RUN-020",
    "another driver",
    aServiceSubject({ hostConfig: { LogConfig: { Type: "journald", Config: null } } }),
    saw("log driver journald"),
  ],
  [
    "RUN-020",
    "a bound of nothing",
    aServiceSubject({
      hostConfig: { LogConfig: { Type: "json-file", Config: { "max-size": "0" } } },
    }),
    found("json-file without max-size"),
  ],
  [
    "RUN-020",
    "a small bound",
    aServiceSubject({
      hostConfig: { LogConfig: { Type: "json-file", Config: { "max-size": "0.5m" } } },
    }),
    fine,
  ],
  [
    "RUN-025",
    "two volumes of others, one with a reason",
    aServiceSubject({
      mounts: ["archive", "other_data"].map((name) => ({
        Type: "volume",
        Name: name,
        Destination: `/${name}`,
      })),
      service: reasoned("external-volume:archive"),
    }),
    found("other_data at /other_data"),
  ],
  [
    "RUN-025",
    "two volumes of others, both with a reason",
    aServiceSubject({
      mounts: ["a", "b"].map((Name) => ({ Type: "volume", Name, Destination: `/${Name}` })),
      service: reasoned("external-volume:a", "external-volume:b"),
    }),
    {
      status: "allowed",
      evidence: ["a at /a", "b at /b"],
      reason: "a: why external-volume:a; b: why external-volume:b",
    },
  ],
  [
    "RUN-023",
    "two paths, one with a reason; of two words the last one counts",
    aServiceSubject({
      hostConfig: { Tmpfs: { "/a": "exec", "/b": "noexec,exec", "/c": "exec,noexec" } },
      service: reasoned("tmpfs-exec:/a"),
    }),
    found("programs may be run from /b, in memory"),
  ],
  [
    "RUN-023",
    "two paths with reasons",
    aServiceSubject({
      hostConfig: { Tmpfs: { "/a": "exec", "/b": "exec" } },
      service: reasoned("tmpfs-exec:/a", "tmpfs-exec:/b"),
    }),
    {
      status: "allowed",
      evidence: [
        "programs may be run from /a, in memory",
        "programs may be run from /b, in memory",
      ],
      reason: "why tmpfs-exec:/a; why tmpfs-exec:/b",
    },
  ],
  [
    "RUN-021",
    "a value in a variable, a label and the log",
    aServiceSubject({
      config: { Env: ["X=12345678", "Y=1"] },
      state: {
        labels: new Map([
          ["l", "is 12345678"],
          ["m", "is not"],
        ]),
      },
      logTail: ["nothing", "got 12345678"],
      secretValues: ["1234567", "12345678"],
    }),
    found(
      "the variable X looks like a secret",
      "the label l holds a secret",
      "its log holds a secret",
    ),
  ],
  [
    "RUN-021",
    "a value that is too short to be told from others",
    aServiceSubject({ logTail: ["got 1234567"], secretValues: ["1234567"] }),
    fine,
  ],
  ["RUN-021", "a secret of its user", withSecret(sized), saw("1 file")],
  [
    "RUN-021",
    "a secret of its user that is in a variable, too",
    {
      ...withSecret(sized),
      inspection: aServiceSubject({ config: { Env: ["TOKEN=x"] } }).inspection,
    },
    found("the variable TOKEN looks like a secret"),
  ],
  [
    "RUN-021",
    "a secret of its group",
    withSecret({ ...sized, uid: 0, gid: 10_001, mode: 0o440 }),
    saw("1 file"),
  ],
  [
    "RUN-021",
    "a secret that its group cannot read",
    withSecret({ ...sized, uid: 0, gid: 10_001, mode: 0o400 }),
    found("/s (owner 0, mode 400) cannot be read by user 10001"),
  ],
  [
    "RUN-021",
    "a secret that its user cannot read, although its group could",
    withSecret({ ...sized, gid: 10_001, mode: 0o040 }),
    found("/s (owner 10001, mode 40) cannot be read by user 10001"),
  ],
  ...(
    [
      ["its owner", { uid: 10_001, mode: 0o041 }],
      ["its group", { uid: 0, gid: 10_001, mode: 0o401 }],
      ["others", { uid: 0, mode: 0o441 }],
    ] as const
  ).map(([who, bits]): Row => {
    const mode = bits.mode.toString(8);
    return [
      "RUN-021",
      `a secret of ${who}, whom no bit lets read it`,
      withSecret({ ...sized, ...bits }),
      found(
        `/s has mode ${mode}, so anyone in the container can use it`,
        `/s (owner ${bits.uid}, mode ${mode}) cannot be read by user 10001`,
      ),
    ];
  }),
  [
    "RUN-021",
    "an empty secret that anyone can read",
    withSecret({ ...sized, uid: 0, mode: 0o404, sizeBytes: 0 }),
    found("/s is empty", "/s has mode 404, so anyone in the container can use it"),
  ],
  [
    "RUN-021",
    "a secret that anyone can write, of a service of root",
    { ...withSecret({ ...sized, uid: 0, mode: 0o602, sizeBytes: 1 }), imageUser: "" },
    found("/s has mode 602, so anyone in the container can use it"),
  ],
  ["RUN-021", "a secret that is not there", withSecret(undefined), found("db is not at /s")],
])("%s of %s", (id, _what, subject, verdict) => {
  expect(containerChecks.find((check) => check.id === id)?.run(subject)).toEqual(verdict);
});
