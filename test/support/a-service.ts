import type { Probe, Service } from "../../src/stack/stack.ts";

/** A hardened service with the defaults of the manifest, for tests that are about a part of it. */
export function aService(
  parts: Partial<Service> & { readonly name: string; readonly httpProbe?: number },
): Service {
  const { httpProbe, ...rest } = parts;
  return {
    image: parts.name,
    containerName: `t-${parts.name}-1`,
    hostname: parts.name,
    job: false,
    dependsOn: new Map(),
    environment: new Map(),
    labels: new Map(),
    ports: [],
    networks: new Map(),
    extraHosts: [],
    mounts: [],
    tmpfs: [],
    secrets: [],
    limits: { memoryBytes: 134_217_728, cpus: 0.5, pids: 64 },
    hardening: {
      readOnlyRoot: true,
      dropCapabilities: ["ALL"],
      addCapabilities: [],
      noNewPrivileges: true,
      init: true,
      allowRoot: false,
    },
    restart: { type: "on-failure", maximumRetries: 5 },
    stopGracePeriodMs: 10_000,
    probes: httpProbe === undefined ? [] : [anHttpProbe(httpProbe)],
    exceptions: [],
    ...rest,
  };
}

function anHttpProbe(port: number): Probe {
  return {
    name: `http_get:${port}/`,
    phase: "readiness",
    check: {
      type: "http_get",
      scheme: "http",
      port,
      path: "/",
      headers: new Map(),
      status: [],
      json: new Map(),
      redirects: 0,
    },
    intervalMs: 1000,
    timeoutMs: 1000,
    retries: 3,
    startPeriodMs: 10_000,
    successThreshold: 2,
  };
}
