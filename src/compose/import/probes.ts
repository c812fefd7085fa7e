import { parseCommand, parseDuration } from "../../stack/values.ts";
import type { Written } from "../read/written.ts";
import { readHttpCheck } from "./http-check.ts";
import { pathOf, type ServiceDraft } from "./draft.ts";
import { keepItems, keepText } from "./importing.ts";
import type { ManifestMap, ManifestValue } from "../manifest-value.ts";

/** How long a service has by default to become ready. */
const DEFAULT_START_MS = 60_000;
/** What a healthcheck of compose has unless told otherwise. Source: Engine API, HealthConfig. */
const HEALTHCHECK = { interval: "30s", retries: 3, startPeriod: "0s" } as const;

/** Whether a service of compose has a healthcheck of its own. */
export function hasHealthcheck(service: Written): boolean {
  const check = service.get("healthcheck");
  return check?.get("test") !== undefined && !isDisabled(check);
}

function isDisabled(check: Written): boolean {
  const test = check.get("test");
  const first = test?.kind === "list" ? test.items[0]?.text : test?.text;
  return check.get("disable")?.value === true || first === "NONE";
}

/**
 * The probe that a healthcheck becomes. What asks for a page or connects to a port is done from
 * outside; anything else is run in the container as it was.
 */
export function importHealthcheck(value: Written, draft: ServiceDraft): readonly ManifestValue[] {
  const { importing } = draft;
  const { notes, problems } = importing;
  const at = pathOf(draft, "probes");
  if (!problems.isMap(value, "`healthcheck`") || isDisabled(value)) return [];
  const test = value.get("test");
  if (test === undefined) {
    notes.lost(value.place, {
      at: ["services", draft.name],
      what: "a healthcheck without `test`",
      message: "The image's own healthcheck is not run, and its timing has no counterpart.",
      hint: "Give the service `probes`.",
    });
    return [];
  }
  const check = checkOf(test, draft);
  if (check === undefined) return [];
  const timing: Record<string, ManifestValue> = {};
  for (const { name, place, value: each } of value.entries) {
    if (each.isEmpty || name === "test" || name === "disable" || name.startsWith("x-")) continue;
    if (name === "interval" || name === "timeout") {
      timing[name] = keepText(each, at, importing) ?? "";
    } else if (name === "retries")
      timing[name] = Number(importing.variables.valueOf(each.text ?? ""));
    else if (name === "start_interval") {
      notes.changed(place, {
        at,
        what: "`healthcheck.start_interval`",
        message: "While a service starts, probes are tried every 25 ms.",
      });
    } else if (name !== "start_period") {
      notes.lost(place, { at, what: `\`healthcheck.${name}\`` });
    }
  }
  const startMs = startTime(value, draft);
  if (startMs > DEFAULT_START_MS) timing["start_period"] = `${Math.ceil(startMs / 1000)}s`;
  return [{ ...check, ...timing }];
}

/**
 * How long compose waits before it calls a service unhealthy: the start period, and then as many
 * failures as are allowed.
 */
function startTime(check: Written, { importing: { variables } }: ServiceDraft): number {
  const textOf = (name: string, otherwise: string): string =>
    variables.valueOf(check.get(name)?.text ?? otherwise);
  const interval = parseDuration(textOf("interval", HEALTHCHECK.interval));
  const retries = Number(textOf("retries", String(HEALTHCHECK.retries)));
  const startPeriod = parseDuration(textOf("start_period", HEALTHCHECK.startPeriod));
  return startPeriod + interval * (Number.isFinite(retries) ? retries : HEALTHCHECK.retries);
}

function checkOf(test: Written, draft: ServiceDraft): ManifestMap | undefined {
  const { importing } = draft;
  const at = pathOf(draft, "probes");
  const words =
    test.kind === "list"
      ? keepItems(test, at, importing).map((item) => keepText(item, at, importing) ?? "")
      : ["CMD-SHELL", keepText(test, at, importing) ?? ""];
  const [form = "", ...rest] = words;
  if (form !== "CMD" && form !== "CMD-SHELL") {
    importing.problems.add(test.place, "invalid-value", {
      message: `A healthcheck's list begins with CMD, CMD-SHELL or NONE, not "${form}".`,
      hint: "Write `[CMD, program, argument]`, or one text for a shell.",
    });
    return undefined;
  }
  const line = rest.join(" ");
  const command = form === "CMD" ? rest : shellWords(line);
  const outside = command === undefined ? undefined : outsideCheck(command);
  if (outside !== undefined) {
    importing.notes.changed(test.place, {
      at,
      what: "healthchecks asked from outside",
      message: `${Object.keys(outside)[0] ?? ""} asks from outside of the container, so the service has to listen on more than its loopback.`,
    });
    return outside;
  }
  return { exec: { command: form === "CMD" ? rest : ["/bin/sh", "-c", line] } };
}

/**
 * The words of a line that is one command, with what only turns its exit code into 1 taken off its
 * end; undefined for anything that takes a shell.
 */
function shellWords(line: string): readonly string[] | undefined {
  const bare = line
    .trim()
    .replace(/\s*(?:>\s*\/dev\/null(?:\s+2>&1)?)\s*(?=$|\|\|)/, " ")
    .replace(/\s*\|\|\s*exit\s+\d+\s*;?\s*$/, "")
    .trim();
  return /[|&;<>`()\n]|\$(?!\{?\w)/.test(bare.replaceAll(/"[^"]*"|'[^']*'/g, ""))
    ? undefined
    : parseCommand(bare);
}

function outsideCheck(command: readonly string[]): ManifestMap | undefined {
  const [program = "", ...words] = command;
  const name = program.replace(/^.*\//, "");
  if (name === "busybox") return outsideCheck(words);
  if (name === "curl" || name === "wget") return readHttpCheck(name, words);
  if (name !== "nc" && name !== "ncat") return undefined;
  const [host = "", port = "", ...more] = words.filter((word) => !/^-[zvw\d]*$/.test(word));
  if (more.length > 0 || !isLocal(host) || !/^\d{1,5}$/.test(port)) return undefined;
  return { tcp_socket: { port: Number(port) } };
}

/** Whether a host's name means the container itself. */
function isLocal(host: string): boolean {
  return /^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[?::1?\]?)$/.test(host);
}
