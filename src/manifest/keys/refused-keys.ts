/** What of a manifest a key belongs to. */
type Section =
  | "manifest"
  | "service"
  | "port"
  | "mount"
  | "attachment"
  | "image"
  | "packages"
  | "file"
  | "build"
  | "network"
  | "volume"
  | "secret"
  | "probe";

/**
 * What to write instead of a key that compose knows, or that another tool calls so; undefined where
 * nothing is known of it. No near name is suggested for one of these: `external` is not `internal`.
 */
export function refusalOf(key: string, path: readonly PropertyKey[]): string | undefined {
  const section = sectionAt(path);
  if (section === undefined) return undefined;
  const table = refusals[section];
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** `*` is a name, `#` an item. */
const sections: ReadonlyMap<string, Section> = new Map([
  ["", "manifest"],
  ["services/*", "service"],
  ["services/*/ports/#", "port"],
  ["services/*/volumes/#", "mount"],
  ["services/*/networks/*", "attachment"],
  ["services/*/probes/#", "probe"],
  ["images/*", "image"],
  ["images/*/packages/*", "packages"],
  ["images/*/files/#", "file"],
  ["images/*/build", "build"],
  ["networks/*", "network"],
  ["volumes/*", "volume"],
  ["secrets/*", "secret"],
]);

function sectionAt(path: readonly PropertyKey[]): Section | undefined {
  const shape = path.map((part, index) => {
    if (typeof part === "number") return "#";
    return index === 1 || index === 3 ? "*" : String(part);
  });
  return sections.get(shape.join("/"));
}

const environment = 'Write "environment".';
const noHost = "What belongs to the host is never shared with a service.";
const noDriver = "Drivers and their options are the Engine's own; qclock makes its local kind.";
const addresses = "Services find each other by name; addresses are the Engine's to give.";
const limits = "Use `mem_limit`, `cpus` and `pids_limit`.";
const devices = "The host's devices are never shared.";

const service: Readonly<Record<string, string>> = {
  annotations: "Use `labels`.",
  attach: "`qclock logs --follow` shows the output of the services that it names.",
  blkio_config: limits,
  build: "Images are declared under `images`; name one with `image`.",
  cgroup: noHost,
  cgroup_parent: noHost,
  cmd: 'Write "command".',
  configs: "Lay files over the image with `files`, or give secrets under `secrets`.",
  container_name: "Containers are named <stack>-<service>-1, so that two stacks never clash.",
  cpu_count: "Use `cpus`.",
  cpu_percent: "Use `cpus`.",
  cpu_period: "Use `cpus`.",
  cpu_quota: "Use `cpus`.",
  cpu_rt_period: "Use `cpus`.",
  cpu_rt_runtime: "Use `cpus`.",
  cpu_shares: "Use `cpus`.",
  cpuset: "Use `cpus`.",
  credential_spec: "It is for Windows; qclock makes images of Linux.",
  deploy: limits,
  develop: "Run `qclock up` after a change: it builds what changed and replaces what stands on it.",
  device_cgroup_rules: devices,
  devices,
  dns: "The Engine's own name server answers; it finds the stack's services by name.",
  dns_opt: "The Engine's own name server answers; it finds the stack's services by name.",
  dns_search: "The Engine's own name server answers; it finds the stack's services by name.",
  domainname: "Use `hostname`.",
  env: environment,
  env_vars: environment,
  expose:
    "It stands with the image: `images.<name>.expose`. Services reach each other's ports without it.",
  extends: "Use a YAML anchor below an `x-` key, or an image that stands on another.",
  external_links:
    "Use a network of `networks` with `external: true` that the other container is on.",
  gpus: devices,
  healthcheck: "Use `probes`: they run from outside and need no program in the image.",
  ipc: noHost,
  isolation: "It is for Windows; qclock makes images of Linux.",
  label_file: "Use `labels`.",
  links: "Services find each other by name; use `depends_on`.",
  log_driver: "Use `logging: { driver: … }`.",
  log_opt: "Use `logging: { options: … }`.",
  mac_address: addresses,
  mem_reservation: "Use `mem_limit`.",
  mem_swappiness: "Use `mem_limit`; a service gets no swap beyond it.",
  memory: "Use `mem_limit`.",
  memswap_limit: "Use `mem_limit`; a service gets no swap beyond it.",
  models: "qclock runs services only; put a model's server into one.",
  network_mode: "Use `networks`; the host's network is never shared.",
  oom_kill_disable: "Use `mem_limit`: a service that needs more is ended.",
  oom_score_adj: "Use `mem_limit`: a service that needs more is ended.",
  password: "Secrets are files: declare them under `secrets`.",
  pid: "The host's processes are never shared.",
  platform: "All images of a run are for one platform, which --platform names.",
  post_start: "Use a service with `job: true`, and `depends_on` it.",
  pre_stop: "Use `stop_signal` and `stop_grace_period`.",
  privileged:
    "qclock never runs privileged containers; add single capabilities with `cap_add` and a reason in `policy`.",
  provider: "qclock runs services only.",
  pull_policy: "Local images are never pulled; registry images are pinned by digest.",
  pull_refresh_after: "Local images are never pulled; registry images are pinned by digest.",
  replicas: "One container runs for each service.",
  runtime: "The Engine's default runtime is used; set another in the Engine's configuration.",
  scale: "One container runs for each service.",
  storage_opt: "Data goes to `volumes`; memory for files is limited with `tmpfs`.",
  sysctls: "Kernel parameters are not changed; set them on the Engine's machine.",
  use_api_socket:
    "Who has the Engine's socket is root on the host. Mount it with `volumes`, and say why: policy: { engine_socket: … }.",
  userns_mode: noHost,
  uts: noHost,
  volumes_from: "Name the same volume in `volumes` of both services.",
  workdir: 'Write "working_dir".',
  work_dir: 'Write "working_dir".',
};

const refusals: Readonly<Record<Section, Readonly<Record<string, string>>>> = {
  manifest: {
    version: "Compose's `version` says nothing any more; remove it.",
    include: "One file describes one stack; bring the other one up by itself.",
    configs: "Lay files over an image with `files`, or give secrets under `secrets`.",
    models: "qclock runs services only; put a model's server into one.",
    env: environment,
  },
  service,
  packages: {
    remove: "Leave the package out: an image holds what is named and what that needs.",
  },
  port: {
    name: "Remove it; a comment serves as well.",
    mode: "Ports are those of one host; remove it.",
    app_protocol: "Remove it; the protocol is `tcp` or `udp`.",
  },
  mount: {
    bind: "A path of the host is mounted as it is; of the options only `read_only` is known.",
    volume: "A volume is mounted whole; of the options only `read_only` is known.",
    image: "Put the files into the service's own image.",
    consistency: "It has no meaning on Linux; remove it.",
  },
  attachment: {
    interface_name: addresses,
    ipv4_address: addresses,
    ipv6_address: addresses,
    link_local_ips: addresses,
    mac_address: addresses,
    driver_opts: noDriver,
    priority: addresses,
    gw_priority: addresses,
  },
  file: {
    source: 'Write "path".',
    src: 'Write "path".',
    from: 'Write "path".',
    dest: 'Write "target".',
    destination: 'Write "target".',
    to: 'Write "target".',
    chmod: 'Write "mode".',
  },
  image: {
    add: 'Write "files".',
    apt: 'Write "packages".',
    base: 'Write "from".',
    cmd: 'Write "command".',
    copy: 'Write "files".',
    env: environment,
    exclude_packages: "Recommended packages are left out anyway; `exclude` leaves folders out.",
    healthcheck:
      "Give the service `probes`: they run from outside and need no program in the image.",
    maintainer: "Use `labels`.",
    ports: "They stand with the service: `services.<name>.ports`.",
    platform: "All images of a run are for one platform, which --platform names.",
    probes: "They stand with the service: `services.<name>.probes`.",
    restart: "It stands with the service: `services.<name>.restart`.",
    run: "Nothing runs while an image is made: bring files with `files` or `artifacts`, or use a Dockerfile with `build`.",
    tag: "Images are named by the stack; `image` takes a tag, with its digest.",
    volumes: "They stand with the service: `services.<name>.volumes`.",
    workdir: 'Write "working_dir".',
  },
  build: {
    additional_contexts: "The Dockerfile's `FROM` and `COPY --from` may name images of the stack.",
    cache_from: "The Engine's own cache is used.",
    cache_to: "The Engine's own cache is used.",
    dockerfile_inline: "Write it to a file and name that with `dockerfile`.",
    entitlements: "A build gets no privileges.",
    extra_hosts: "A build reaches what the Engine's network reaches by name.",
    isolation: "It is for Windows; qclock makes images of Linux.",
    labels: "They stand one level up, in `labels` of the image.",
    network: "A build has the Engine's network.",
    no_cache: "What changed is built; change one of the `args` to build it all the same.",
    platforms: "All images of a run are for one platform, which --platform names.",
    privileged: "A build gets no privileges.",
    pull: "Images of a registry are pinned by digest.",
    secrets: "A build gets no secrets; give them to the service.",
    shm_size: "The Engine's default is used.",
    ssh: "A build gets no keys; put what it needs below its context.",
    tags: "Images are named by the stack.",
    ulimits: "The Engine's default is used.",
  },
  network: {
    attachable: "Only services of the stack join its networks.",
    driver: noDriver,
    driver_opts: noDriver,
    enable_ipv4: "Networks are of IPv4; remove it.",
    enable_ipv6: "Networks are of IPv4; remove it.",
    ipam: "Use `subnet`.",
    labels: "Networks carry qclock's labels only.",
  },
  volume: {
    driver: noDriver,
    driver_opts: noDriver,
  },
  secret: {
    content:
      "A secret's value does not belong into a file that is kept: use `generate`, `file` or `environment`.",
    driver: noDriver,
    driver_opts: noDriver,
    external:
      "A secret comes from `generate`, `file` or `environment`; what others keep is not read.",
    labels: "Secrets carry no labels.",
    name: "The key is the secret's name; a service may call the file otherwise with `target`.",
    template_driver: noDriver,
    value:
      "A secret's value does not belong into a file that is kept: use `generate`, `file` or `environment`.",
  },
  probe: {
    failure_threshold: 'Write "retries".',
    httpGet: 'Write "http_get".',
    initial_delay_seconds: 'Write "start_period".',
    period_seconds: 'Write "interval".',
    timeout_seconds: 'Write "timeout".',
    disable: "Leave the probe out.",
    start_interval: "While starting qclock probes every 25 ms; `interval` is what follows.",
    test: "Use `exec: { command: … }`, or `http_get` and `tcp_socket`, which need no program in the image.",
  },
};
