import { isRootUser } from "../../root-user.ts";
import { type Check, judge, passed } from "../check.ts";
import { resolveFile } from "../images/image-files.ts";
import { holdsSecret, secretAssignments, secretVariables } from "../images/secret-patterns.ts";
import type { ImageSubject } from "../subject.ts";

/** Folders that a volume in an image would hide or expose. */
const sensitiveFolders = new Set([
  "/",
  "/bin",
  "/boot",
  "/dev",
  "/etc",
  "/lib",
  "/lib64",
  "/proc",
  "/root",
  "/sbin",
  "/sys",
  "/usr",
  "/var",
]);

/** Why all services of an image may be root, where each of them says why. */
function reasonForRoot(services: ImageSubject["services"]): string | undefined {
  const reasons = services.map(
    ({ exceptions }) => exceptions.find(({ rule }) => rule === "root")?.reason,
  );
  if (reasons.length === 0 || reasons.includes(undefined)) return undefined;
  return [...new Set(reasons)].join("; ");
}

/** Rules over an image's configuration and history. */
export const imageConfigChecks: readonly Check<ImageSubject>[] = [
  {
    id: "IMG-001",
    title: "runs as a numeric user that is not root",
    severity: "high",
    sources: ["CIS 4.1", "CIS-DI-0001", "DL3002", "DS-0002"],
    run({ details, services }) {
      const [user = ""] = details.user.split(":");
      if (isRootUser(details.user)) {
        // An image that only others stand on starts nothing itself.
        if (services.length === 0 && details.entrypoint.length === 0)
          return passed("starts nothing: only other images stand on it");
        const evidence = [
          details.user === "" ? "no user is set, which means root" : `the user is ${details.user}`,
        ];
        const reason = reasonForRoot(services);
        if (reason !== undefined) return { status: "allowed", reason, evidence };
        return judge(evidence, "Set `user` in the manifest.");
      }
      return judge(
        /^\d+$/.test(user)
          ? []
          : [`the user is "${user}", a name whose number the Engine cannot know`],
      );
    },
  },
  {
    id: "IMG-003",
    title: "has a probe or a healthcheck",
    severity: "medium",
    sources: ["CIS 4.6", "CIS-DI-0006", "DS-0026"],
    run({ services, config }) {
      if (services.length === 0) return passed("no service is made from it");
      if (config.hasHealthcheck) return passed();
      return judge(
        services
          .filter(({ probes, job }) => probes.length === 0 && !job)
          .map(({ name }) => `service ${name} has no probe`),
        "Give the service a probe, such as tcp_socket.",
      );
    },
  },
  {
    id: "IMG-004",
    title: "no secret in its environment",
    severity: "critical",
    sources: ["CIS 4.10", "DS-0031", "DL3064"],
    run: ({ details, secretValues }) =>
      judge(
        secretVariables(details.environment, secretValues).map(
          (name) => `${name} looks like a secret`,
        ),
        "Declare it under `secrets`: the service then finds it in a file.",
      ),
  },
  {
    id: "IMG-005",
    title: "no secret in its history or labels",
    severity: "critical",
    sources: ["CIS 4.10"],
    run({ details, history, secretValues }) {
      const inHistory = history.flatMap(({ createdBy }, index) =>
        secretAssignments(createdBy, secretValues).map(
          (name) => `step ${history.length - index}: ${name} looks like a secret`,
        ),
      );
      const inLabels = [...details.labels].flatMap(([name, value]) =>
        holdsSecret(value, secretValues) ? [`label ${name} holds a secret`] : [],
      );
      return judge([...inHistory, ...inLabels]);
    },
  },
  {
    id: "IMG-015",
    title: "entrypoint and command are lists, not shell lines",
    severity: "medium",
    sources: ["DL3025", "JSONArgsRecommended"],
    run: ({ details }) =>
      judge(
        [details.entrypoint, details.command].flatMap((words) =>
          /(?:^|\/)(?:ba|da)?sh$/.test(words[0] ?? "") && words[1] === "-c"
            ? [`${words.join(" ")} goes through a shell, which signals do not pass`]
            : [],
        ),
      ),
  },
  {
    id: "IMG-017",
    title: "the working directory exists and is no system folder",
    severity: "high",
    sources: ["DL3000", "DS-0030", "CVE-2024-21626"],
    run({ config, files }) {
      const { workingDirectory } = config;
      if (workingDirectory === "" || workingDirectory === "/")
        return passed("not set, which means /");
      if (!workingDirectory.startsWith("/")) return judge([`${workingDirectory} is not absolute`]);
      if (/^\/(?:proc|sys|dev)(?:\/|$)/.test(workingDirectory))
        return judge([`${workingDirectory} belongs to the kernel`]);
      const found = resolveFile(files, workingDirectory);
      return judge(found?.type === "directory" ? [] : [`${workingDirectory} is not in the image`]);
    },
  },
  {
    id: "IMG-018",
    title: "exposes the ports that its services publish",
    severity: "medium",
    sources: ["CIS 5.9", "DL3011"],
    run({ details, services }) {
      const exposed = new Set(details.exposedPorts);
      return judge(
        services.flatMap(({ name, ports }) =>
          ports
            .map(({ containerPort, protocol }) => `${containerPort}/${protocol}`)
            .filter((port) => !exposed.has(port))
            .map((port) => `service ${name} publishes ${port}, which the image does not expose`),
        ),
        "Name the port under `expose` of the image.",
      );
    },
  },
  {
    id: "IMG-019",
    title: "no volume over a system folder",
    severity: "high",
    sources: ["CIS-DI-0002", "DKL-DI-0002"],
    run: ({ config }) =>
      judge(
        config.volumes
          .filter((path) => sensitiveFolders.has(path))
          .map((path) => `a volume at ${path}`),
      ),
  },
];
