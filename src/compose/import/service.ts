import { nearest } from "../../nearest.ts";
import { refusalOf } from "../../manifest/keys/refused-keys.ts";
import type { Written } from "../read/written.ts";
import { importDependencies } from "./depends-on.ts";
import { depart, pathOf, type ServiceDraft } from "./draft.ts";
import { importEnvFile } from "./env-file.ts";
import { importHardening, isEnginesOwn, policyOf } from "./hardening.ts";
import { keepItems, keepLabels, keepList, keepPairs, keepText, keepValue } from "./importing.ts";
import { anchors } from "./imported.ts";
import { importDeploy, importLimits, importRestart } from "./limits.ts";
import { importLogging } from "./logging.ts";
import { AliasOf, type ManifestMap, type ManifestValue } from "../manifest-value.ts";
import { importMounts } from "./mounts.ts";
import { importAttachments } from "./networks.ts";
import { importPorts } from "./ports.ts";
import { importHealthcheck } from "./probes.ts";
import { importConfigs, importSecretMounts } from "./secrets.ts";
import { importTmpfs } from "./tmpfs.ts";
import { composeServiceKeys, handledTogether } from "./service-keys.ts";

/** What a service needs to know of the others. */
export interface ServiceSurroundings {
  readonly image: string;
  readonly known: ReadonlySet<string>;
  readonly configs: Written | undefined;
}

/** One service of the manifest, in the order in which a manifest is read. */
export function importService(
  service: Written,
  draft: ServiceDraft,
  { image, known, configs }: ServiceSurroundings,
): ManifestMap {
  const { out, importing, stack, key } = draft;
  out.set("image", image);
  const dependencies = importDependencies(service, known, draft);
  if (dependencies !== undefined) out.set("depends_on", dependencies);
  if (stack.jobs.has(key)) {
    out.set("job", true);
    importing.notes.changed(service.place, {
      at: pathOf(draft, "job"),
      what: "jobs",
      message: `"${key}" is waited for until it ends, so it is a job: it runs once for each definition and not at every \`up\`.`,
    });
  }
  for (const [name, take] of Object.entries(takers)) {
    const value = service.get(name);
    if (value !== undefined) take(value, draft);
  }
  importLimits(service, draft);
  importHardening(service, draft);
  out.set("networks", importAttachments(service.get("networks"), draft));
  const configsOf = service.get("configs");
  if (configsOf !== undefined) {
    const mounts = out.get("volumes");
    out.set("volumes", [
      ...(Array.isArray(mounts) ? mounts : []),
      ...importConfigs(configsOf, configs, draft),
    ]);
  }
  tellOthers(service, draft);
  return finish(draft);
}

type Take = (value: Written, draft: ServiceDraft) => void;

const takeText =
  (key: string): Take =>
  (value, draft) =>
    draft.out.set(key, keepText(value, pathOf(draft, key), draft.importing) ?? "");

const takeValue =
  (key: string): Take =>
  (value, draft) =>
    draft.out.set(key, keepValue(value, pathOf(draft, key), draft.importing) ?? "");

const takeCommand =
  (key: string): Take =>
  (value, draft) => {
    const at = pathOf(draft, key);
    draft.out.set(
      key,
      value.kind === "list"
        ? keepItems(value, at, draft.importing).map(
            (item) => keepText(item, at, draft.importing) ?? "",
          )
        : (keepText(value, at, draft.importing) ?? ""),
    );
  };

/** Keys that are taken over one by one, in the order in which they are written. */
const takers: Readonly<Record<string, Take>> = {
  profiles: (value, draft) =>
    draft.out.set("profiles", keepList(value, pathOf(draft, "profiles"), draft.importing)),
  entrypoint: takeCommand("entrypoint"),
  command: takeCommand("command"),
  working_dir: takeText("working_dir"),
  group_add: (value, draft) => {
    const at = pathOf(draft, "group_add");
    draft.out.set(
      "group_add",
      keepItems(value, at, draft.importing).flatMap(
        (item) => keepValue(item, at, draft.importing) ?? [],
      ),
    );
  },
  hostname: takeText("hostname"),
  environment: (value, draft) =>
    draft.out.set("environment", keepPairs(value, pathOf(draft, "environment"), draft.importing)),
  env_file: (value, draft) => draft.out.set("env_file", importEnvFile(value, draft)),
  labels: (value, draft) =>
    draft.out.set("labels", keepLabels(value, pathOf(draft, "labels"), draft.importing)),
  ports: (value, draft) => {
    const { ports, isPublic } = importPorts(value, pathOf(draft, "ports"), draft.importing);
    draft.out.set("ports", ports);
    if (isPublic) depart(draft, "public_ports");
  },
  extra_hosts: (value, draft) => {
    const at = pathOf(draft, "extra_hosts");
    const hosts: ManifestValue =
      value.kind === "map"
        ? keepLabels(value, at, draft.importing)
        : keepList(value, at, draft.importing);
    if (JSON.stringify(hosts).includes("host-gateway")) depart(draft, "host");
    draft.out.set("extra_hosts", hosts);
  },
  volumes: (value, draft) => draft.out.set("volumes", importMounts(value, draft)),
  tmpfs: (value, draft) => draft.out.set("tmpfs", importTmpfs(value, draft)),
  secrets: (value, draft) => draft.out.set("secrets", importSecretMounts(value, draft)),
  init: takeValue("init"),
  tty: takeValue("tty"),
  stdin_open: takeValue("stdin_open"),
  logging: (value, draft) => draft.out.set("logging", importLogging(value, draft)),
  restart: importRestart,
  deploy: importDeploy,
  stop_signal: takeText("stop_signal"),
  stop_grace_period: takeText("stop_grace_period"),
  healthcheck: (value, draft) => draft.out.set("probes", importHealthcheck(value, draft)),
};

/** Tell of every key that was not taken over. */
function tellOthers(service: Written, { importing, name, out }: ServiceDraft): void {
  for (const { name: key, place, value } of service.entries) {
    if (Object.hasOwn(takers, key) || handledTogether.has(key)) continue;
    if (key.startsWith("x-")) {
      out.set(key, importing.variables.keepPlain(value.plain()));
      continue;
    }
    // An empty key and one that turns something off say what holds anyway.
    if (value.isEmpty || value.value === false) continue;
    const idle = idleKeys[key];
    if (idle !== undefined) {
      importing.notes.changed(place, { at: ["services", name], what: `\`${key}\``, message: idle });
      continue;
    }
    const isKnown = composeServiceKeys.has(key);
    const near = isKnown ? undefined : nearest(key, composeServiceKeys);
    importing.notes.lost(place, {
      at: ["services", name],
      what: `\`${key}\``,
      ...(isKnown
        ? {}
        : {
            message: `\`${key}\` is no key of the compose specification that qclock knows; it is left out.`,
          }),
      hint: near === undefined ? refusalOf(key, ["services", name]) : `Did you mean "${near}"?`,
    });
  }
}

/** Keys whose absence changes nothing of what runs. */
const idleKeys: Readonly<Record<string, string>> = {
  container_name:
    "`container_name` is left out: the container is named <stack>-<service>-1, so that two stacks never clash.",
  expose: "`expose` is left out: services of one network reach each other's ports without it.",
  pull_policy:
    "`pull_policy` is left out: an image is pulled when the one with its digest is missing.",
};

function finish(draft: ServiceDraft): ManifestMap {
  const { out, stack, key } = draft;
  const shared = new Map<string, ManifestValue>([
    ["read_only", false],
    ["init", false],
    ["restart", "no"],
  ]);
  for (const [name, value] of shared) if (out.get(name) === value) out.delete(name);
  // A job is never started again.
  if (stack.jobs.has(key)) out.delete("restart");
  const capabilities = out.get("cap_add");
  if (Array.isArray(capabilities) && isEnginesOwn(capabilities)) out.delete("cap_add");
  const policy = policyOf(draft);
  if (policy !== undefined) out.set("policy", policy);
  return {
    "<<": new AliasOf(anchors.service),
    ...Object.fromEntries(
      [...out].filter(([name, value]) => meaningfulWhenEmpty.has(name) || !isBare(value)),
    ),
  };
}

/** No capabilities, and not the image's own program. */
const meaningfulWhenEmpty = new Set(["cap_add", "entrypoint"]);

function isBare(value: ManifestValue): boolean {
  return Array.isArray(value) && value.length === 0;
}
