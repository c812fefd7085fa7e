import type { Network, Service, Volume } from "../../stack/stack.ts";
import type { ManifestMap, ManifestValue } from "../manifest-value.ts";
import { noteComment } from "../notes.ts";
import { writeYaml } from "../write-yaml.ts";
import { escapePairs, type Exporting, placeOf } from "./exporting.ts";
import { exportHealthcheck } from "./healthcheck.ts";
import { exportService, secretsKey } from "./service.ts";

/** Added to the stack's name: what compose makes must not be taken for what qclock made. */
const SUFFIX = "-compose";

/**
 * A compose file that runs a stack from the images that qclock built, as it is after merging and
 * with its variables replaced. What has no counterpart is told in `notes`, and in comments.
 */
export function exportCompose(exporting: Exporting): string {
  const { stack, notes } = exporting;
  const services = [...stack.services.values()];
  const checked = new Map(
    services.map((service) => [service.name, exportHealthcheck(service, exporting)] as const),
  );
  const written = services.map((service): [string, ManifestMap] => [
    service.name,
    exportService(service, exporting, checked),
  ]);
  const entries: [string, ManifestValue][] = [
    ["name", `${stack.name}${SUFFIX}`],
    ["services", Object.fromEntries(written)],
    ["networks", networksOf(exporting)],
  ];
  const volumes = volumesOf(services, exporting);
  if (Object.keys(volumes).length > 0) entries.push(["volumes", volumes]);
  return writeYaml({
    head: headOf(services, exporting),
    entries,
    comments: [
      ...services.flatMap(({ name, exceptions }) =>
        exceptions.map(({ rule, reason }) => ({
          at: ["services", name],
          text: `Allowed, ${rule}: ${reason}`,
        })),
      ),
      ...notes.list.map((note) => ({ at: note.at, text: noteComment(note) })),
    ],
    spaced: new Set(["services"]),
  });
}

function headOf(services: readonly Service[], { stack }: Exporting): string {
  const hasSecrets = services.some(({ secrets }) => secrets.length > 0);
  return [
    `Made by \`qclock export compose\` from the stack ${stack.name}: its images are those that \`qclock build\` made.`,
    `Containers, networks and volumes are compose's own, named ${stack.name}${SUFFIX}: no data is shared with the stack as qclock runs it.`,
    ...(hasSecrets
      ? [
          "Secrets stay in the volumes that qclock keeps them in, mounted read-only: `qclock up` writes them, `qclock down` keeps them.",
        ]
      : []),
  ].join(" ");
}

function networksOf({ stack, notes }: Exporting): ManifestMap {
  const network = ({
    name,
    engineName,
    internal,
    outbound,
    subnet,
    external,
  }: Network): ManifestMap => {
    if (external !== undefined) return { external: true, name: engineName };
    if (!internal && !outbound) {
      const user = [...stack.services.values()].find(({ networks }) => networks.has(name));
      notes.changed(placeOf(`services.${user?.name ?? ""}.ports.0`, stack), {
        at: ["networks", name],
        what: "networks that only publish ports",
        message: `The network "${name}" has a way out here: it is made to publish ports, and compose cannot ask the Engine whether it can do without.`,
        hint: 'With an Engine 28 or newer add driver_opts: { com.docker.network.bridge.enable_ip_masquerade: "false" }.',
      });
    }
    return {
      ...(internal ? { internal: true } : {}),
      ...(subnet === undefined ? {} : { ipam: { config: [{ subnet }] } }),
    };
  };
  return Object.fromEntries([...stack.networks].map(([key, each]) => [key, network(each)]));
}

function volumesOf(services: readonly Service[], exporting: Exporting): ManifestMap {
  const volume = ({ engineName, labels, external }: Volume): ManifestMap =>
    external === undefined
      ? labels.size === 0
        ? {}
        : { labels: escapePairs(labels, exporting) }
      : { external: true, name: engineName };
  const secrets = services.filter((service) => service.secrets.length > 0);
  return {
    ...Object.fromEntries([...exporting.stack.volumes].map(([key, each]) => [key, volume(each)])),
    ...Object.fromEntries(
      secrets.map(({ name }) => [
        secretsKey(name),
        { external: true, name: exporting.secretsVolumeOf(name) },
      ]),
    ),
  };
}
