import { describe, expect, test } from "vitest";
import { readText, screenOf } from "../../support/read-manifest.ts";

/** Each key of the compose specification is known, or refused with what a manifest has instead. */

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/**
 * Where a key is written, and the keys that compose has there. Source: compose-spec,
 * schema/compose-spec.json.
 */
const keys: readonly (readonly [string, (key: string) => string, readonly string[]])[] = [
  ["the top", (key) => `name: shop\n${key}: {}\n`, words("version include models configs")],
  [
    "a service",
    (key) => service(`${key}: 1`),
    words(`develop deploy annotations attach build blkio_config cap_add cap_drop cgroup cgroup_parent
      command configs container_name cpu_count cpu_percent cpu_shares cpu_quota cpu_period cpu_rt_period
      cpu_rt_runtime cpus cpuset credential_spec depends_on device_cgroup_rules devices dns dns_opt dns_search
      domainname entrypoint env_file label_file environment expose extends provider external_links
      extra_hosts gpus group_add healthcheck hostname init ipc isolation labels links logging
      mac_address mem_limit mem_reservation mem_swappiness memswap_limit network_mode models networks
      oom_kill_disable oom_score_adj pid pids_limit platform ports post_start pre_stop privileged profiles
      pull_policy pull_refresh_after read_only restart runtime scale security_opt shm_size secrets sysctls
      stdin_open stop_grace_period stop_signal storage_opt tmpfs tty ulimits use_api_socket user uts
      userns_mode volumes volumes_from working_dir`),
  ],
  [
    "a dependency",
    (key) => service(`depends_on: { db: { ${key}: 1 } }`),
    words("restart required condition"),
  ],
  [
    "a port",
    (key) => service(`ports: [{ target: 80, ${key}: 1 }]`),
    words("name mode host_ip published protocol app_protocol"),
  ],
  [
    "a mount",
    (key) => service(`volumes: [{ type: volume, source: a, target: /a, ${key}: 1 }]`),
    words("read_only consistency bind volume tmpfs image"),
  ],
  [
    "a service on a network",
    (key) => service(`networks: { n: { ${key}: 1 } }`),
    words(`aliases interface_name ipv4_address ipv6_address link_local_ips mac_address driver_opts
      priority gw_priority`),
  ],
  [
    "a build",
    (key) => `name: shop\nimages: { a: { build: { ${key}: 1 } } }\n`,
    words(`context dockerfile dockerfile_inline entitlements args ssh labels cache_from cache_to no_cache
      additional_contexts network pull target shm_size extra_hosts isolation privileged secrets tags
      ulimits platforms`),
  ],
  [
    "a network",
    (key) => `name: shop\nnetworks: { n: { ${key}: 1 } }\n`,
    words(
      `name driver driver_opts ipam external internal enable_ipv4 enable_ipv6 attachable labels`,
    ),
  ],
  [
    "a volume",
    (key) => `name: shop\nvolumes: { v: { ${key}: 1 } }\n`,
    words("name driver driver_opts external labels"),
  ],
  [
    "a secret",
    (key) => `name: shop\nsecrets: { s: { generate: true, ${key}: 1 } }\n`,
    words("name environment file external labels driver driver_opts template_driver"),
  ],
  [
    "a mounted secret",
    (key) => service(`secrets: [{ source: s, ${key}: 1 }]`),
    words("target uid gid mode"),
  ],
  [
    "a probe, as in a healthcheck",
    (key) => service(`probes: [{ tcp_socket: { port: 1 }, ${key}: 1 }]`),
    words("test interval timeout retries start_period start_interval disable"),
  ],
];

function service(rest: string): string {
  return `name: shop\nservices: { db: { image: a }, app: { image: a, ${rest} } }\n`;
}

const cases = keys.flatMap(([place, text, names]) =>
  names.map((name) => [name, place, text(name)] as const),
);

test.each(cases)("%s of %s", (key, _, text) => {
  const read = readText(text);
  const unknown = (read.ok ? [] : read.error).filter(
    ({ code, message }) => code === "unknown-key" && message.startsWith(`"${key}"`),
  );
  for (const { hint } of unknown) {
    expect(hint).toMatch(/^(?:.{15,}|Write ".+"|Use `[a-z]+`)\.$/);
    expect(hint).not.toMatch(/^Did you mean/);
  }
});

describe("what people write from habit", () => {
  const head = 'name: shop\nimages: { base: { from: scratch, user: "1:1" } }\n';

  test.each([
    ["external: true", `${head}networks: { n: { external: true } }\n`, "policy: { external:"],
    ["a name", `${head}volumes: { v: { name: x } }\n`, "two stacks never clash"],
    ["workdir", `${head}services: { app: { image: base, workdir: /a } }\n`, 'Write "working_dir".'],
    ["run", "name: s\nimages: { a: { from: scratch, run: x } }\n", "Nothing runs while"],
    ["copy", "name: s\nimages: { a: { from: scratch, copy: x } }\n", 'Write "files".'],
    ["add", "name: s\nimages: { a: { from: scratch, add: x } }\n", 'Write "files".'],
    [
      "volumes of an image",
      "name: s\nimages: { a: { from: scratch, volumes: [] } }\n",
      "services.<name>.volumes",
    ],
    [
      "source of a file",
      "name: s\nimages: { a: { from: scratch, files: [{ path: a, source: b }] } }\n",
      'Write "path".',
    ],
    [
      "failure_threshold",
      `${head}services: { app: { image: base, probes: [{ tcp_socket: { port: 1 }, failure_threshold: 3 }] } }\n`,
      'Write "retries".',
    ],
    [
      "image: https://…",
      `${head}services: { app: { image: "https://x.invalid/y" } }\n`,
      "`image: registry.example/name:tag@sha256:…`, in lower case and without `https://`",
    ],
    [
      "a tag with a space",
      `${head}services: { app: { image: "x:bad tag" } }\n`,
      "`image: registry.example/name:tag@sha256:…`",
    ],
    [
      "image: nginx:latest",
      `${head}services: { app: { image: "nginx:latest" } }\n`,
      "pinned by its digest",
    ],
    [
      "from: debian:12",
      'name: s\nimages: { a: { from: "debian:12" } }\n',
      "packages: { debian-12:",
    ],
    [
      "from: nginx",
      'name: s\nimages: { a: { from: "docker.io/nginx:1" } }\n',
      "pinned by its digest",
    ],
  ])("%s", (_, text, words_) => {
    expect(screenOf(text)).toContain(words_);
    expect(screenOf(text)).toContain("1 error\n");
  });
});
