import type { Image, Probe, Service, Stack } from "../../stack/stack.ts";
import type { ManifestMap } from "../manifest-value.ts";
import { durationText, escapeList, type Exporting, placeOf } from "./exporting.ts";

/**
 * The healthcheck that does most of what the probes of a service do: compose has one, and it runs
 * in the container. A program that a probe runs there stays; a page or a port is asked from inside,
 * where the image has bash to do it. Undefined where nothing can.
 */
export function exportHealthcheck(service: Service, exporting: Exporting): ManifestMap | undefined {
  const { stack, notes } = exporting;
  const tests = service.probes.map((probe, index) => ({
    probe,
    test: testOf(probe, service, stack),
    place: placeOf(`services.${service.name}.probes.${index}`, stack),
  }));
  const usable = tests.filter(({ test }) => test !== undefined);
  const chosen = usable.find(({ probe }) => probe.phase === "readiness") ?? usable[0];
  for (const each of tests) {
    if (each === chosen) continue;
    notes.lost(each.place, {
      at: ["services", service.name],
      what: `probes of the kind \`${each.probe.check.type}\``,
      message: `The probe ${each.probe.name} has no counterpart and is left out.`,
      hint:
        each.test === undefined
          ? "A healthcheck runs in the container: this one asks from outside, and the image has no program that could."
          : "Compose has one healthcheck for each service.",
    });
  }
  if (chosen?.test === undefined) return undefined;
  const { check } = chosen.probe;
  if (check.type !== "exec") {
    const isPartly = check.type === "http_get" && (check.body !== undefined || check.json.size > 0);
    notes.changed(chosen.place, {
      at: ["services", service.name, "healthcheck"],
      what: "probes asked from inside",
      message: `The probe ${chosen.probe.name} is asked from inside of the container, by its bash${isPartly ? ", and what the answer holds is not looked at" : ""}.`,
    });
  }
  return { test: ["CMD", ...escapeList(chosen.test, exporting)], ...timingOf(chosen.probe) };
}

function timingOf({ intervalMs, timeoutMs, retries, startPeriodMs }: Probe): ManifestMap {
  return {
    interval: durationText(intervalMs),
    timeout: durationText(timeoutMs),
    retries,
    start_period: durationText(startPeriodMs),
  };
}

function testOf({ check }: Probe, service: Service, stack: Stack): readonly string[] | undefined {
  switch (check.type) {
    case "exec":
      return check.command;
    case "tcp_socket":
      return hasBash(service, stack) ? bash(`exec 3<>/dev/tcp/127.0.0.1/${check.port}`) : undefined;
    case "http_get": {
      if (check.scheme === "https" || !hasBash(service, stack)) return undefined;
      const host = check.headers.get("Host") ?? "localhost";
      const accepted = check.status.length === 0 ? "2??|3??" : check.status.join("|");
      return bash(
        `exec 3<>/dev/tcp/127.0.0.1/${check.port} && printf 'GET %s HTTP/1.0\\r\\nHost: %s\\r\\n\\r\\n' ${quote(check.path)} ${quote(host)} >&3 && read -r _ code _ <&3 && case $code in ${accepted}) exit 0;; esac; exit 1`,
      );
    }
    case "log_line":
      return undefined;
  }
}

function bash(script: string): readonly string[] {
  return ["/bin/bash", "-c", script];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Whether an image, or one that it stands on, was asked to hold bash. */
function hasBash({ image: name }: Service, { images }: Stack): boolean {
  const seen = new Set<string>();
  for (let image: Image | undefined = images.get(name); image?.type === "assembled";) {
    if (image.packages.includes("bash")) return true;
    if (image.parent === undefined || seen.has(image.name)) return false;
    seen.add(image.name);
    image = images.get(image.parent);
  }
  return false;
}
