import type { ManifestProbe } from "../../manifest/schema/manifest.ts";
import { parseCommand } from "../values.ts";

/** What a probe looks at, by its kind. */
export interface ProbeChecks {
  readonly tcp_socket: { readonly type: "tcp_socket"; readonly port: number };
  readonly http_get: {
    readonly type: "http_get";
    readonly scheme: "http" | "https";
    readonly port: number;
    readonly path: string;
    readonly headers: ReadonlyMap<string, string>;
    /** Accepted status codes; empty: 200 to 399. */
    readonly status: readonly number[];
    /** Text that the body must contain. */
    readonly body?: string;
    /** Values that the JSON body must have, by dotted path, such as `database.status`. */
    readonly json: ReadonlyMap<string, string | number | boolean>;
    /** How many redirects are followed. */
    readonly redirects: number;
  };
  readonly exec: { readonly type: "exec"; readonly command: readonly string[] };
  readonly log_line: {
    readonly type: "log_line";
    /** Source of an ECMAScript regular expression. */ readonly pattern: string;
  };
}

export type ProbeKind = keyof ProbeChecks;

export type ProbeCheck = ProbeChecks[ProbeKind];

/** What the manifest says of one kind. */
type Written<Kind extends ProbeKind> = NonNullable<ManifestProbe[Kind]>;

/**
 * What has to be known of a kind of probe before it is tried; how it is tried is in
 * `probe/kinds.ts`.
 */
interface KindOfProbe<Kind extends ProbeKind> {
  readonly read: (written: Written<Kind>) => ProbeChecks[Kind];
  /** Name of the probe, unless another one of the service has it. */
  readonly name: (check: ProbeChecks[Kind]) => string;
  /** The container's port that it connects to; undefined where it looks from inside. */
  readonly port: (check: ProbeChecks[Kind]) => number | undefined;
  /** Whether seeing it twice proves nothing more. */
  readonly provesOnce: boolean;
}

/** Every kind of probe, in the order in which messages name them. */
export const probeKinds: { readonly [Kind in ProbeKind]: KindOfProbe<Kind> } = {
  http_get: {
    read: ({ status, body, headers, json, ...rest }) => ({
      type: "http_get",
      ...rest,
      ...(body === undefined ? {} : { body }),
      status: status === undefined ? [] : [status].flat(),
      headers: new Map(Object.entries(headers)),
      json: new Map(Object.entries(json)),
    }),
    name: ({ port, path }) => `http_get:${port}${path}`,
    port: ({ port }) => port,
    provesOnce: false,
  },
  tcp_socket: {
    read: ({ port }) => ({ type: "tcp_socket", port }),
    name: ({ port }) => `tcp_socket:${port}`,
    port: ({ port }) => port,
    provesOnce: false,
  },
  exec: {
    read: ({ command }) => ({ type: "exec", command: parseCommand(command) }),
    name: ({ command }) => `exec:${command[0]?.split("/").at(-1) ?? ""}`,
    port: () => undefined,
    provesOnce: false,
  },
  log_line: {
    read: ({ pattern }) => ({ type: "log_line", pattern }),
    name: () => "log_line",
    port: () => undefined,
    // A line stays in the log.
    provesOnce: true,
  },
};

/** The names of all kinds. */
export const probeKindNames: readonly ProbeKind[] = Object.keys(probeKinds).filter((name) =>
  isKind(name),
);

function isKind(name: string): name is ProbeKind {
  return Object.hasOwn(probeKinds, name);
}

/** What a probe of the manifest looks at, of each kind that it names. */
export function readChecks(probe: ManifestProbe): readonly ProbeCheck[] {
  return probeKindNames.flatMap((kind) => readKind(kind, probe));
}

function readKind<Kind extends ProbeKind>(
  kind: Kind,
  probe: ManifestProbe,
): readonly ProbeChecks[Kind][] {
  const written: ManifestProbe[Kind] = probe[kind];
  return written === undefined || written === null ? [] : [probeKinds[kind].read(written)];
}

/** The kind of a check, with the check: `about(check, (kind, own) => kind.port(own))`. */
export function about<Kind extends ProbeKind, Value>(
  check: ProbeChecks[Kind] & { readonly type: Kind },
  ask: (kind: KindOfProbe<Kind>, check: ProbeChecks[Kind]) => Value,
): Value {
  return ask(probeKinds[check.type], check);
}
