import type { LoadedManifest } from "../manifest/load.ts";
import type { Problems } from "./problems.ts";
import type { Network, PolicyException, Service, Stack, Volume } from "./stack.ts";

/** A network or volume of the manifest, as far as it may be one of others. */
export interface MaybeExternal {
  readonly home: "networks" | "volumes";
  readonly key: string;
  readonly written: {
    readonly external: boolean;
    readonly name?: string | undefined;
    readonly policy?: { readonly external?: string | undefined } | undefined;
  } | null;
}

/**
 * The Engine's own networks: the host's, and those that every container without another one shares.
 */
const enginesNetworks: ReadonlySet<string> = new Set(["host", "bridge", "none", "default"]);

/** The name that a network or volume has in the Engine, and why it may be one of others. */
export function resolveExternal(
  { loaded, problems }: { readonly loaded: LoadedManifest; readonly problems: Problems },
  { home, key, written }: MaybeExternal,
): Pick<Network, "engineName" | "external"> {
  const { manifest, locator } = loaded;
  const ownName = `${manifest.name}_${key}`;
  const noun = home === "networks" ? "Network" : "Volume";
  if (written?.external !== true) {
    if (written?.name !== undefined) {
      problems.add("invalid-value", locator.key([home, key, "name"]), {
        message: `${noun} "${key}" is made by the stack, which gives it a name of its own.`,
        hint: `Leave \`name\` out: it is ${ownName}, so that two stacks never clash. One of others is \`external: true\`.`,
      });
    }
    return { engineName: ownName };
  }
  const { name: engineName = key } = written;
  if (home === "networks" && enginesNetworks.has(engineName)) {
    problems.add("invalid-value", locator.key([home, key]), {
      message: `The Engine's own network "${engineName}" is never shared with a service.`,
      hint: "Services that are to meet others need a network that was made for that: docker network create NAME.",
    });
  }
  const reason = written.policy?.external;
  if (reason === undefined) {
    problems.add("exception-without-reason", locator.value([home, key, "external"]), {
      message: `${noun} "${key}" is one of others, which is used without a reason.`,
      hint: 'Leave `external` out, or say why: policy: { external: "the reason" }.',
    });
  }
  return { engineName, external: { reason: reason ?? "" } };
}

/** Report keys that say nothing of what others made: their words, and whether they were written. */
export function refuseWithExternal(
  { loaded, problems }: { readonly loaded: LoadedManifest; readonly problems: Problems },
  { home, key }: Pick<MaybeExternal, "home" | "key">,
  written: Readonly<Record<string, boolean>>,
): void {
  for (const [word, isWritten] of Object.entries(written)) {
    if (!isWritten) continue;
    problems.add("invalid-value", loaded.locator.key([home, key, word]), {
      message: `\`${word}\` says nothing of what others made.`,
      hint: "Remove it, or leave `external` out.",
    });
  }
}

/** Networks and volumes by their keys. */
type Things = Pick<Stack, "networks" | "volumes">;

/** A network or volume that a service uses and that others made. */
export interface ExternalThing {
  readonly kind: "network" | "volume";
  readonly engineName: string;
  /** Why the service uses it. */
  readonly reason: string;
}

/** What a service uses that is not of the stack, networks first. */
export function externalThings(
  service: Pick<Service, "networks" | "mounts">,
  { networks, volumes }: Things,
): readonly ExternalThing[] {
  return [
    ...[...service.networks.keys()].flatMap((key) => thingOf("network", networks.get(key))),
    ...service.mounts.flatMap((mount) =>
      mount.type === "volume" ? thingOf("volume", volumes.get(mount.volume)) : [],
    ),
  ];
}

/** The same as departures from the defaults: `external-network:<name in the Engine>`. */
export function externalUses(
  service: Pick<Service, "networks" | "mounts">,
  things: Things,
): readonly PolicyException[] {
  return externalThings(service, things).map(({ kind, engineName, reason }) => ({
    rule: `external-${kind}:${engineName}`,
    reason,
  }));
}

function thingOf(
  kind: ExternalThing["kind"],
  thing: Network | Volume | undefined,
): readonly ExternalThing[] {
  return thing?.external === undefined
    ? []
    : [{ kind, engineName: thing.engineName, reason: thing.external.reason }];
}

/** Names in the Engine of the networks and volumes that a stack uses and did not make. */
export function externalNames(stack: Things | undefined): {
  readonly networks: ReadonlySet<string>;
  readonly volumes: ReadonlySet<string>;
} {
  return { networks: namesOf(stack?.networks), volumes: namesOf(stack?.volumes) };
}

function namesOf(things: ReadonlyMap<string, Network | Volume> | undefined): ReadonlySet<string> {
  const external = [...(things?.values() ?? [])].filter((thing) => thing.external !== undefined);
  return new Set(external.map(({ engineName }) => engineName));
}
