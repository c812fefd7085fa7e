import type { Written } from "../read/written.ts";
import { type Importing, keepItems, keepText } from "./importing.ts";
import type { ManifestMap, ManifestValue } from "../manifest-value.ts";

/** Published ports, and whether one of them is on another address than the loopback's. */
export interface ImportedPorts {
  readonly ports: readonly ManifestValue[];
  readonly isPublic: boolean;
}

/** Most ports that a range is written out to. */
const MAXIMUM_RANGE = 1000;

const EVERYWHERE = "0.0.0.0";

/**
 * Ports in both notations. Where compose publishes on every address since none is given, so does
 * the manifest, which then says so.
 */
export function importPorts(
  value: Written,
  at: readonly string[],
  importing: Importing,
): ImportedPorts {
  const ports = keepItems(value, at, importing).flatMap((item) =>
    item.kind === "map" ? longPort(item, at, importing) : shortPorts(item, at, importing),
  );
  return {
    ports: ports.map(({ port }) => port),
    isPublic: ports.some(({ isPublic }) => isPublic),
  };
}

interface Port {
  readonly port: ManifestValue;
  readonly isPublic: boolean;
}

function shortPorts(item: Written, at: readonly string[], importing: Importing): readonly Port[] {
  const text = keepText(item, at, importing) ?? "";
  const [front = "", protocol = "tcp"] = splitOutside(text, "/");
  const suffix = protocol === "tcp" ? "" : `/${protocol}`;
  const parts = splitAddress(front);
  if (parts === undefined) {
    importing.problems.add(item.place, "invalid-value", {
      message: `"${text}" is no port.`,
      hint: "Write `8080:80`, `127.0.0.1:8080:80` or `8080:80/udp`.",
    });
    return [];
  }
  const { address, published, target } = parts;
  const { variables, notes } = importing;
  const host = address === "" ? EVERYWHERE : address;
  const isPublic = !/^(?:127\.|\[?::1\]?$|localhost$)/.test(variables.valueOf(host));
  const targets = rangeOf(variables.valueOf(target));
  if (targets.length === 1 && rangeOf(variables.valueOf(published)).length <= 1)
    return [{ port: `${host}:${published}:${target}${suffix}`, isPublic }];
  const publisheds = published === "" ? [] : rangeOf(variables.valueOf(published));
  if (targets.length > MAXIMUM_RANGE || publisheds.length > MAXIMUM_RANGE) {
    importing.problems.add(item.place, "invalid-value", {
      message: `"${text}" has more than ${MAXIMUM_RANGE} ports.`,
    });
    return [];
  }
  notes.changed(item.place, {
    at,
    what: "ranges of ports",
    message:
      targets.length === 1
        ? `Of the range ${published} the manifest has the first port; compose takes one that is free.`
        : `The range ${text} is written out port by port.`,
  });
  return targets.map((port, index) => ({
    port: `${host}:${publisheds[index] ?? ""}:${port}${suffix}`,
    isPublic,
  }));
}

function longPort(item: Written, at: readonly string[], importing: Importing): readonly Port[] {
  const { notes, problems, variables } = importing;
  const target = item.get("target");
  if (target === undefined) {
    problems.add(item.place, "missing-key", {
      message: "A port lacks `target`, the port of the container.",
    });
    return [];
  }
  const text = (name: string): string | undefined => {
    const value = item.get(name);
    return value === undefined ? undefined : keepText(value, at, importing);
  };
  const host = text("host_ip") ?? EVERYWHERE;
  const published = text("published");
  const protocol = text("protocol");
  for (const { name, place, value } of item.entries) {
    if (["target", "published", "host_ip", "protocol"].includes(name) || value.isEmpty) continue;
    if (name === "mode" && value.text === "host") continue;
    notes.lost(place, {
      at,
      what: `\`ports.${name}\``,
      hint: "A manifest's ports are those of one machine: `target`, `published`, `host_ip`, `protocol`.",
    });
  }
  const port: ManifestMap = {
    target: Number(variables.valueOf(target.text ?? "")),
    ...(published === undefined ? {} : { published }),
    host_ip: host,
    ...(protocol === undefined ? {} : { protocol }),
  };
  return [{ port, isPublic: !/^(?:127\.|::1$)/.test(variables.valueOf(host)) }];
}

/** The parts of `[address:][published:]target`; undefined where it has more. */
function splitAddress(
  text: string,
): { readonly address: string; readonly published: string; readonly target: string } | undefined {
  const [, bracketed, rest = text] = /^(\[[^\]]*\]):(.*)$/.exec(text) ?? [];
  const parts = splitOutside(rest, ":");
  const target = parts.at(-1) ?? "";
  if (target === "" || parts.length > (bracketed === undefined ? 3 : 2)) return undefined;
  const published = parts.at(-2) ?? "";
  return { address: bracketed ?? parts.at(-3) ?? "", published, target };
}

/** The numbers of `8000-8003`, or the one number; a text that is none is a range of itself. */
function rangeOf(text: string): readonly string[] {
  const [, first, last] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  if (first === undefined || last === undefined) return [text];
  const length = Math.min(Number(last) - Number(first) + 1, MAXIMUM_RANGE + 1);
  return Array.from({ length: Math.max(length, 1) }, (_, index) => String(Number(first) + index));
}

/** The pieces of a text between separators that are not inside of a variable's braces. */
export function splitOutside(text: string, separator: string): readonly string[] {
  const pieces: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === "{" && (depth > 0 || text[index - 1] === "$")) depth++;
    else if (text[index] === "}" && depth > 0) depth--;
    else if (text[index] === separator && depth === 0) {
      pieces.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...pieces, text.slice(start)];
}
