import { countOf } from "../../count.ts";
import { labels } from "../../stack/labels.ts";
import { sendsLogAway } from "../../stack/services/logging.ts";
import type { Service } from "../../stack/stack.ts";
import { isInside } from "../../stack/values.ts";
import { type Check, judge, passed, skipped, type Verdict } from "../check.ts";
import type { Inspection } from "../services/inspection.ts";
import { holdsSecret, secretVariables } from "../images/secret-patterns.ts";
import type { KernelFacts, ProcessFacts, ServiceSubject } from "../subject.ts";

/** Host folders whose mount gives away the host. */
const sensitiveSources =
  /^\/(?:$|boot|dev|etc|lib|lib64|proc|root|sbin|bin|sys|usr|var\/lib\/docker|var\/run\/docker)(?:\/|$)|^\/$/;

/** Where Engines listen unless told otherwise: whoever has a folder above has the socket. */
const usualSockets = ["/run", "/var/run"].flatMap((folder) =>
  ["docker.sock", "podman/podman.sock", "containerd/containerd.sock"].map(
    (socket) => `${folder}/${socket}`,
  ),
);

/** Rules over a container's settings and state. */
export const containerChecks: readonly Check<ServiceSubject>[] = [
  {
    id: "RUN-001",
    title: "is not privileged",
    severity: "critical",
    sources: ["CIS 5.5"],
    run: ({ inspection }) => judge(inspection.privileged ? ["the container is privileged"] : []),
  },
  {
    id: "RUN-002",
    title: "has no capabilities but those the manifest gives a reason for",
    severity: "high",
    sources: ["CIS 5.4", "ANSSI", "PSS restricted"],
    run({ inspection, service }) {
      const { capAdd, capDrop } = inspection;
      if (!capDrop.includes("ALL")) {
        return judge([
          capDrop.length === 0 ? "no capability is dropped" : `only ${capDrop.join(", ")} dropped`,
        ]);
      }
      if (capAdd.length === 0) return passed();
      const reasons = capAdd.map((name) => ({
        name,
        reason: reasonFor(service, `capability:${name}`),
      }));
      const unexplained = reasons.filter(({ reason }) => reason === undefined);
      if (unexplained.length > 0)
        return judge(unexplained.map(({ name }) => `${name} is added without a reason`));
      return {
        status: "allowed",
        evidence: capAdd.map((name) => `${name} is added`),
        reason: reasons.map(({ name, reason }) => `${name}: ${reason}`).join("; "),
      };
    },
  },
  {
    id: "RUN-003",
    title: "cannot gain privileges",
    severity: "high",
    sources: ["CIS 5.26"],
    run({ inspection, service }) {
      const set = inspection.securityOptions.some((option) =>
        /^no-new-privileges(?:[:=]true)?$/.test(option),
      );
      return unless(service, "new-privileges", set ? [] : ["no-new-privileges is not set"]);
    },
  },
  {
    id: "RUN-004",
    title: "runs under the Engine's seccomp and AppArmor profiles",
    severity: "high",
    sources: ["CIS 5.2", "CIS 5.3", "CIS 5.22"],
    run: ({ inspection }) =>
      judge(
        inspection.securityOptions.filter((option) =>
          /^(?:seccomp|apparmor|label)[:=](?:unconfined|disable)$/.test(option),
        ),
      ),
  },
  {
    id: "RUN-005",
    title: "has a read-only root",
    severity: "medium",
    sources: ["CIS 5.13"],
    run: ({ inspection, service }) =>
      unless(service, "writable-root", inspection.readOnlyRoot ? [] : ["its root can be written"]),
  },
  {
    id: "RUN-006",
    title: "has the declared memory limit, and no swap beyond it",
    severity: "high",
    sources: ["CIS 5.11"],
    run({ inspection, service, engine }) {
      if (!engine.memoryLimit) return skipped("this Engine cannot limit memory");
      const { memoryBytes, memorySwapBytes } = inspection;
      if (memoryBytes <= 0) return judge(["no memory limit"]);
      return judge([
        ...(memoryBytes === service.limits.memoryBytes
          ? []
          : [`${memoryBytes} bytes, declared ${service.limits.memoryBytes}`]),
        ...(memorySwapBytes === -1 ? ["unlimited swap"] : []),
      ]);
    },
  },
  {
    id: "RUN-007",
    title: "has the declared CPU limit",
    severity: "medium",
    sources: ["CIS 5.12"],
    run({ inspection, service, engine }) {
      if (!engine.cpuLimit) return skipped("this Engine cannot limit CPU");
      if (inspection.cpus <= 0) return judge(["no CPU limit"]);
      return judge(
        Math.abs(inspection.cpus - service.limits.cpus) < 0.001
          ? []
          : [`${inspection.cpus}, declared ${service.limits.cpus}`],
      );
    },
  },
  {
    id: "RUN-008",
    title: "has the declared limit of processes",
    severity: "high",
    sources: ["CIS 5.29"],
    run({ inspection, service, engine }) {
      if (!engine.pidsLimit) return skipped("this Engine cannot limit processes");
      if (inspection.pids <= 0) return judge(["no limit of processes"]);
      return judge(
        inspection.pids === service.limits.pids
          ? []
          : [`${inspection.pids}, declared ${service.limits.pids}`],
      );
    },
  },
  {
    id: "RUN-010",
    title: "shares no namespace with the host",
    severity: "critical",
    sources: ["CIS 5.10", "CIS 5.16", "CIS 5.17", "CIS 5.21", "CIS 5.31"],
    run: ({ inspection }) =>
      judge(inspection.hostNamespaces.map((name) => `the host's ${name} namespace`)),
  },
  {
    id: "RUN-011",
    title: "has no way to the Engine's socket, unless the manifest gives a reason",
    severity: "critical",
    sources: ["CIS 5.32"],
    run: ({ inspection, service }) =>
      unless(
        service,
        "engine-socket",
        inspection.mounts
          .filter(
            ({ source, target }) =>
              /(?:docker|podman|containerd)\.sock$/.test(source) ||
              target.endsWith("docker.sock") ||
              usualSockets.some((socket) => isInside(source, socket)),
          )
          .map(({ source, target }) => `${source} is mounted at ${target}`),
      ),
  },
  {
    id: "RUN-012",
    title: "mounts no host folder that gives the host away",
    severity: "high",
    sources: ["CIS 5.6", "CIS 5.20"],
    run({ inspection, service }) {
      const declared = new Set(
        service.mounts.flatMap((mount) => (mount.type === "bind" ? [mount.target] : [])),
      );
      return judge(
        inspection.mounts
          .filter(({ type }) => type === "bind")
          .flatMap(({ source, target, propagation }) => [
            ...(sensitiveSources.test(source) ? [`${source} at ${target}`] : []),
            ...(declared.has(target) ? [] : [`${source} at ${target} is not in the manifest`]),
            ...(propagation.includes("shared")
              ? [`${target} shares its mounts with the host`]
              : []),
          ]),
      );
    },
  },
  {
    id: "RUN-013",
    title: "has no device of the host",
    severity: "high",
    sources: ["CIS 5.18"],
    run: ({ inspection }) => judge(inspection.devices),
  },
  {
    id: "RUN-016",
    title: "is restarted a bounded number of times",
    severity: "medium",
    sources: ["CIS 5.15"],
    run({ inspection, service }) {
      const { name, maximumRetries } = inspection.restart;
      const endless =
        name === "always" ||
        name === "unless-stopped" ||
        (name === "on-failure" && maximumRetries === 0);
      return unless(service, "unbounded-restart", endless ? [`restart: ${name}`] : []);
    },
  },
  {
    id: "RUN-017",
    title: "is as declared, from the image as it is now",
    severity: "high",
    sources: ["qclock"],
    run({ drift, inspection, currentImageId }) {
      const { imageId } = inspection.state;
      return judge(
        [
          ...(currentImageId !== undefined && currentImageId !== imageId
            ? [`it runs ${imageId}, the image is now ${currentImageId}`]
            : []),
          ...drift,
        ],
        "Run qclock up.",
      );
    },
  },
  {
    id: "RUN-018",
    title: "its processes run as its user, without capabilities, under seccomp",
    severity: "medium",
    sources: ["goss process"],
    run({ processes, service, imageUser }) {
      if (processes === undefined)
        return skipped("the Engine's processes cannot be seen from here");
      const own = processes.filter(({ entered }) => !entered);
      if (own.length === 0) return skipped("it is not running");
      const faults = processFaults(own, { service, imageUser });
      return faults.length > 0 ? judge(faults) : passed(countSeen(own, "processes"));
    },
  },
  {
    id: "RUN-022",
    title: "nobody has entered it with more rights than it has",
    severity: "high",
    sources: ["qclock"],
    run({ processes, service, imageUser }) {
      if (processes === undefined)
        return skipped("the Engine's processes cannot be seen from here");
      const entered = processes.filter((process) => process.entered);
      const faults = processFaults(entered, { service, imageUser });
      if (faults.length > 0)
        return judge(faults, "Somebody runs docker exec in it: end that, or make it again.");
      return entered.length === 0
        ? passed()
        : passed(countSeen(entered, "entered, with the service's rights"));
    },
  },
  {
    id: "RUN-019",
    title: "runs, was not restarted and not killed for memory",
    severity: "high",
    sources: ["qclock"],
    run({ inspection, service }) {
      const { status, exitCode, oomKilled, restartCount } = inspection.state;
      if (service.job)
        return judge(exitCode === 0 ? [] : [`the job ended with exit code ${exitCode}`]);
      return judge([
        ...(status === "running"
          ? []
          : [`it is ${status}${status === "exited" ? ` (${exitCode})` : ""}`]),
        ...(oomKilled ? ["it was killed for using more memory than its limit"] : []),
        ...(restartCount > 0
          ? [`it was restarted ${restartCount === 1 ? "once" : `${restartCount} times`}`]
          : []),
      ]);
    },
  },
  {
    id: "RUN-020",
    title: "its log cannot fill the disk",
    severity: "medium",
    sources: ["qclock"],
    run({ inspection }) {
      const { logDriver, logOptions } = inspection;
      if (logDriver !== "json-file") return passed(`log driver ${logDriver}`);
      // The Engine takes -1 for no bound.
      const isBounded = Number.parseFloat(logOptions.get("max-size") ?? "-1") > 0;
      return judge(isBounded ? [] : ["json-file without max-size"]);
    },
  },
  {
    id: "RUN-024",
    title: "its log stays on the Engine's machine, unless the manifest gives a reason",
    severity: "medium",
    sources: ["qclock"],
    run({ inspection, service }) {
      const { logDriver } = inspection;
      if (!sendsLogAway(logDriver)) return passed();
      // Who set up the Engine has decided that for everything on it.
      if (service.logging?.driver === undefined)
        return passed(`${logDriver}, as the Engine is set up`);
      return unless(service, "logging", [`its log goes to the driver ${logDriver}`]);
    },
  },
  {
    id: "RUN-025",
    title: "mounts no volume of others but those the manifest gives a reason for",
    severity: "high",
    sources: ["qclock"],
    run({ inspection, service }) {
      const foreign = foreignVolumes(inspection);
      const explained = foreign.map(({ name }) => reasonFor(service, `external-volume:${name}`));
      const evidence = foreign.map(({ name, target }) => `${name} at ${target}`);
      const unexplained = evidence.filter((_, index) => explained[index] === undefined);
      if (unexplained.length > 0) return judge(unexplained);
      if (foreign.length === 0) return passed();
      const reason = foreign.map(({ name }, index) => `${name}: ${explained[index]}`).join("; ");
      return { status: "allowed", evidence, reason };
    },
  },
  {
    id: "RUN-023",
    title: "programs run from no path in memory but those the manifest gives a reason for",
    severity: "medium",
    sources: ["qclock"],
    run({ inspection, service }) {
      const paths = inspection.executableTmpfs;
      if (paths.length === 0) return passed();
      const evidence = paths.map((path) => `programs may be run from ${path}, in memory`);
      const reasons = paths.map((path) => reasonFor(service, `tmpfs-exec:${path}`));
      const unexplained = evidence.filter((_, index) => reasons[index] === undefined);
      if (unexplained.length > 0) return judge(unexplained);
      return { status: "allowed", evidence, reason: reasons.join("; ") };
    },
  },
  {
    id: "RUN-021",
    title:
      "its secrets are files that only its user can read, never variables, labels or log lines",
    severity: "high",
    sources: ["qclock"],
    run: judgeSecrets,
  },
];

/** What processes may do that the service's may not. */
function processFaults(
  processes: readonly ProcessFacts[],
  { service, imageUser }: Pick<ServiceSubject, "service" | "imageUser">,
): readonly string[] {
  const [user = ""] = (service.user ?? imageUser).split(":");
  const { hardening } = service;
  return processes.flatMap((process) =>
    [
      ...(/^\d+$/.test(user) && process.uid !== Number(user)
        ? [`runs as ${process.uid}, not ${user}`]
        : []),
      ...(process.privileged ? ["was started with every privilege"] : []),
      ...(process.kernel === undefined ? [] : kernelFaults(process.kernel, hardening)),
    ].map((fault) => `${process.command} (${process.pid}) ${fault}`),
  );
}

function kernelFaults(
  { effectiveCapabilities, noNewPrivileges, seccomp }: KernelFacts,
  hardening: Service["hardening"],
): readonly string[] {
  return [
    ...(effectiveCapabilities !== 0n && hardening.addCapabilities.length === 0
      ? [`has capabilities ${effectiveCapabilities.toString(16)}`]
      : []),
    ...(noNewPrivileges || !hardening.noNewPrivileges ? [] : ["can gain privileges"]),
    ...(seccomp === 0 ? ["has no seccomp filter"] : []),
  ];
}

/** What of a process cannot be seen from here has to be said with the verdict. */
function countSeen(processes: readonly ProcessFacts[], what: string): string {
  const unseen = processes.some(({ kernel }) => kernel === undefined);
  return unseen
    ? `${processes.length} ${what}, by their users; their capabilities cannot be seen from here`
    : `${processes.length} ${what}`;
}

function judgeSecrets(subject: ServiceSubject): Verdict {
  const { service, inspection, secretFiles, secretValues, logTail, imageUser } = subject;
  const uses = [
    ...secretVariables(inspection.environment, secretValues).map(
      (name) => `the variable ${name} looks like a secret`,
    ),
    ...[...inspection.state.labels].flatMap(([name, value]) =>
      holdsSecret(value, secretValues) ? [`the label ${name} holds a secret`] : [],
    ),
    ...(logTail.some((line) =>
      secretValues.some((value) => value.length >= 8 && line.includes(value)),
    )
      ? ["its log holds a secret"]
      : []),
  ];
  if (service.secrets.length === 0 || uses.length > 0) return judge(uses);
  if (secretFiles === undefined) return skipped("its secret files could not be read");
  const [uid = "0", gid = uid] = (service.user ?? imageUser).split(":");
  const faults = secretFiles.flatMap(({ secret, target, found }) => {
    if (found === undefined) return [`${secret} is not at ${target}`];
    const readable =
      found.uid === Number(uid)
        ? found.mode & 0o400
        : found.gid === Number(gid)
          ? found.mode & 0o040
          : found.mode & 0o004;
    return [
      ...(found.sizeBytes === 0 ? [`${target} is empty`] : []),
      ...((found.mode & 0o007) === 0
        ? []
        : [`${target} has mode ${found.mode.toString(8)}, so anyone in the container can use it`]),
      ...(readable === 0
        ? [
            `${target} (owner ${found.uid}, mode ${found.mode.toString(8)}) cannot be read by user ${uid}`,
          ]
        : []),
    ];
  });
  return faults.length > 0 ? judge(faults) : passed(countOf(secretFiles.length, "file"));
}

/** Failed, unless the manifest allows it with a reason. */
function unless(service: Service, rule: string, evidence: readonly string[]): Verdict {
  if (evidence.length === 0) return passed();
  const reason = reasonFor(service, rule);
  return reason === undefined ? judge(evidence) : { status: "allowed", reason, evidence };
}

function reasonFor(service: Service, rule: string): string | undefined {
  return service.exceptions.find((exception) => exception.rule === rule)?.reason;
}

/**
 * Named volumes that do not bear the stack's name. One without a name is of the container alone,
 * and goes with it.
 */
function foreignVolumes({ mounts, state }: Inspection): readonly {
  readonly name: string;
  readonly target: string;
}[] {
  const own = `${state.labels.get(labels.stack) ?? ""}_`;
  return mounts.flatMap(({ volume, target }) =>
    volume === undefined || volume.startsWith(own) || /^[0-9a-f]{64}$/.test(volume)
      ? []
      : [{ name: volume, target }],
  );
}
