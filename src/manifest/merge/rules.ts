import { by } from "../../order.ts";

/** How what a later file says of a key is put together with what an earlier one says. */
export type MergeRule =
  /** The later value takes the place of the earlier one. */
  | { readonly type: "replace" }
  /** Maps, also where they are written as lists: of `NAME=value`, or of names alone. */
  | { readonly type: "pairs"; readonly items: "assignments" | "names" | "named-maps" }
  /**
   * Lists, one after the other; an item of the later one takes the place of one with the same
   * identity.
   */
  | {
      readonly type: "list";
      readonly identityOf: (item: unknown) => unknown;
      /** Whether a map is a list of `NAME=value`, in which a name may stand several times. */
      readonly isOfPairs?: boolean;
    }
  /** Maps of which a short form gives one field alone. */
  | { readonly type: "short-form"; readonly field: string }
  /** Maps that are merged where they agree in one field, and else replaced. */
  | { readonly type: "of-one-kind"; readonly field: string };

const replace: MergeRule = { type: "replace" };
const assignments: MergeRule = { type: "pairs", items: "assignments" };
const texts: MergeRule = { type: "list", identityOf: textOf };

/** A list in which an item takes the place of one that has the same values in these fields. */
export function listBy(...fields: readonly string[]): MergeRule {
  return {
    type: "list",
    identityOf: (item) => fields.map((field) => fieldOf(item, field) ?? null),
  };
}

/**
 * What is not merged as maps, lists and single values are by themselves: maps key by key, lists one
 * after the other, single values replaced. `*` is any name.
 *
 * Source: compose specification, "Merge", and compose-go 2 (override/merge.go, override/uncity.go).
 * Keys of images are qclock's own; they follow the same idea.
 */
const rules: readonly PathRule[] = [
  ["os", replace],
  ["keys/*", texts],
  ["images/*/accounts/groups", listBy("name")],
  ["images/*/accounts/users", listBy("name")],
  ["images/*/artifacts", listBy("path")],
  ["images/*/build", { type: "short-form", field: "context" }],
  ["images/*/build/args", assignments],
  ["images/*/command", replace],
  ["images/*/directories", listBy("path")],
  ["images/*/entrypoint", replace],
  ["images/*/environment", assignments],
  ["images/*/exclude", texts],
  ["images/*/expose", texts],
  ["images/*/files", { type: "list", identityOf: fileOf }],
  ["images/*/labels", assignments],
  ["images/*/packages/*", { type: "short-form", field: "install" }],
  ["images/*/packages/*/install", texts],
  ["images/*/packages/*/modules", texts],
  ["images/*/packages/*/repositories", texts],
  ["images/*/setuid", texts],
  ["services/*/cap_add", texts],
  ["services/*/cap_drop", texts],
  ["services/*/command", replace],
  ["services/*/depends_on", { type: "pairs", items: "named-maps" }],
  ["services/*/entrypoint", replace],
  ["services/*/env_file", { type: "list", identityOf: envFileOf }],
  ["services/*/environment", assignments],
  ["services/*/extra_hosts", { type: "list", identityOf: textOf, isOfPairs: true }],
  ["services/*/labels", assignments],
  ["services/*/logging", { type: "of-one-kind", field: "driver" }],
  ["services/*/networks", { type: "pairs", items: "names" }],
  ["services/*/networks/*/aliases", texts],
  ["services/*/ports", { type: "list", identityOf: portOf }],
  ["services/*/probes", { type: "list", identityOf: probeOf }],
  ["services/*/profiles", texts],
  ["services/*/secrets", { type: "list", identityOf: secretOf }],
  ["services/*/security_opt", texts],
  ["services/*/tmpfs", { type: "list", identityOf: tmpfsOf }],
  ["services/*/volumes", { type: "list", identityOf: mountOf }],
  ["volumes/*/labels", assignments],
];

/** The rule for a path; undefined where a value is merged as its own kind is. */
export function ruleAt(path: readonly string[]): MergeRule | undefined {
  return ruleOf(rules, path);
}

/** A way of merging, by the paths that it is for; `*` is any name. */
export type PathRule = readonly [pattern: string, rule: MergeRule];

/** The first rule of a table that is for a path. */
export function ruleOf(table: readonly PathRule[], path: readonly string[]): MergeRule | undefined {
  return table.find(([pattern]) => matches(pattern.split("/"), path))?.[1];
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  return (
    pattern.length === path.length &&
    pattern.every((part, index) => part === "*" || part === path[index])
  );
}

/** A port of the host at an address, and what it leads to. */
function portOf(item: unknown): unknown {
  const read = typeof item === "object" ? item : readPort(textOf(item));
  const { host_ip: address, published, target, protocol } = { ...portDefaults, ...read };
  return [address, published, target, protocol].map(textOf);
}

const portDefaults: Readonly<Record<string, unknown>> = {
  host_ip: "127.0.0.1",
  published: "",
  protocol: "tcp",
};

/** The parts of `127.0.0.1:8080:80/tcp`; what is in another form leads to itself. */
function readPort(text: unknown): Readonly<Record<string, unknown>> {
  const [, address, published, target, protocol] =
    typeof text === "string"
      ? (/^(?:(\[[^\]]+\]|\d+\.[\d.]+):)?(?:(\d*):)?(\d+)(?:\/(\w+))?$/.exec(text) ?? [])
      : [];
  return {
    ...(address === undefined ? {} : { host_ip: address }),
    ...(published === undefined ? {} : { published }),
    ...(protocol === undefined ? {} : { protocol }),
    target: target ?? text,
  };
}

/** `80` and `"80"` are the same port. */
function textOf(value: unknown): unknown {
  return typeof value === "number" ? String(value) : value;
}

/** Its place in the container, as of `data:/var/lib/data:ro`. */
function mountOf(item: unknown): unknown {
  return typeof item === "string" ? item.split(":")[1] : fieldOf(item, "target");
}

function envFileOf(item: unknown): unknown {
  return typeof item === "string" ? item : fieldOf(item, "path");
}

function tmpfsOf(item: unknown): unknown {
  return typeof item === "string" ? item.split(":")[0] : fieldOf(item, "target");
}

function secretOf(item: unknown): unknown {
  return typeof item === "string" ? item : (fieldOf(item, "target") ?? fieldOf(item, "source"));
}

function fileOf(item: unknown): unknown {
  if (typeof item === "string") return [item, null];
  return [fieldOf(item, "path"), fieldOf(item, "target") ?? null];
}

/** How often and how patiently a probe is tried: what it looks at is all else. */
const PATIENCE = new Set(["interval", "timeout", "retries", "start_period", "success_threshold"]);

/** What a probe looks at; how often, and what it expects there, may be changed. */
function probeOf(item: unknown): unknown {
  const request = fieldOf(item, "http_get");
  const looksAt = Object.entries(typeof item === "object" && item !== null ? item : {})
    .filter(([key]) => !PATIENCE.has(key) && key !== "phase" && key !== "http_get")
    .toSorted(by(([key]) => key));
  return [
    fieldOf(item, "phase") ?? "readiness",
    request === undefined ? null : [fieldOf(request, "port"), fieldOf(request, "path") ?? "/"],
    ...looksAt,
  ];
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
