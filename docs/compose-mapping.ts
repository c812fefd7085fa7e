/** What becomes of each key of a service of a compose file that has a counterpart. */
export const serviceMapping: Readonly<Record<string, string>> = {
  build: "an image with `build`; `context`, `dockerfile`, `target`, `args` and `labels` stay",
  cap_add: "`cap_add`, beside the capabilities that the Engine gives to root",
  cap_drop: "these are missing in `cap_add`",
  command: "`command`",
  configs: "files are mounted read-only, `volumes`; one without a file is left out",
  container_name: "none is needed: containers are named `<stack>-<service>-1`",
  cpu_period: "`cpus`, with `cpu_quota`",
  cpu_quota: "`cpus`, as a number of CPUs",
  cpus: "`cpus`",
  depends_on:
    "`depends_on` with the same conditions; what is waited for until it ends becomes a `job`",
  deploy:
    "limits become `mem_limit`, `cpus` and `pids_limit`, `restart_policy` becomes `restart`; the rest is left out",
  entrypoint: "`entrypoint`",
  env_file: "`env_file`, its paths relative to the manifest",
  environment: "`environment`; a name without a value is `${NAME-}`",
  expose: "none is needed: services of one network reach each other's ports",
  extends: "what it stands for is written out",
  extra_hosts: "`extra_hosts`",
  group_add: "`group_add`",
  healthcheck:
    "`probes`: curl and wget become `http_get`, nc becomes `tcp_socket`, anything else `exec`",
  hostname: "`hostname`",
  image:
    "an image with `image`, pinned by its digest; zeros stand for one that the file does not give",
  init: "`init`",
  labels: "`labels`",
  links: "`depends_on`, and a further name on the network",
  logging: "`logging`; a driver that sends the log away needs `policy.logging`",
  mem_limit: "`mem_limit`; `2g` where compose has none",
  networks: "`networks` with aliases; without any the network `default`, as in compose",
  pids_limit: "`pids_limit`; `4096` where compose has none",
  ports: "`ports`; on `0.0.0.0` where compose has no address, with `policy.public_ports`",
  profiles: "`profiles`",
  pull_policy: "none is needed: an image is pulled when the one with its digest is missing",
  read_only: "`read_only`; else `policy.writable_root`",
  restart: "`restart`; without a bound it needs `policy.restart`",
  secrets: "`secrets`",
  security_opt: "`no-new-privileges` stays; without it `policy.new_privileges`",
  shm_size: "`shm_size`",
  stdin_open: "`stdin_open`",
  stop_grace_period: "`stop_grace_period`",
  stop_signal: "`stop_signal`",
  tmpfs: "`tmpfs`, 256m and writable by everybody unless told otherwise",
  tty: "`tty`",
  ulimits: "`ulimits`",
  user: "`user`; without one, or root, `policy.allow_root`",
  volumes:
    "`volumes`; paths of the host need `policy.bind_mounts`, a folder that is missing and a volume without a name become named volumes",
  working_dir: "`working_dir`",
};

/** What becomes of the other parts of a compose file. */
export const sectionMapping: Readonly<Record<string, string>> = {
  name: "`name`; else the folder's name, as in compose",
  version: "nothing: it has no meaning any more",
  include: "what the files hold is written out, paths relative to the manifest",
  networks:
    "`networks`; one that is not internal has `policy.outbound`, one of others `external` with `policy.external`; of `ipam` the first subnet stays",
  volumes: "`volumes`; one of others has `external` with `policy.external`",
  secrets:
    "`secrets` with `file` or `environment`; one that others keep becomes a random one, which is told",
  configs: "mounts of the services that read them",
  "x-…": "as it is; anchors, aliases and merge keys are followed",
};

/** What becomes of a stack in a compose file. */
export const exportMapping: Readonly<Record<string, string>> = {
  name: "`name`, with `-compose` behind it: compose must not take what qclock made for its own",
  images: "`image` with `pull_policy: never`: the images that `qclock build` made",
  depends_on:
    "the same conditions; `service_started` where the other one has no healthcheck in compose",
  job: "`restart: no`, and `service_completed_successfully` in those that wait for it",
  probes:
    "one `healthcheck`: a program that a probe runs stays; `http_get` and `tcp_socket` are asked from inside by bash, where the image's packages name it; else they are left out, which is told",
  networks:
    "one for each edge of `depends_on`, internal, as qclock makes them; one that publishes ports has a way out in compose, which is told",
  volumes: "compose's own, so that no data is shared; one of others is `external`",
  secrets:
    "the volume of qclock that holds the service's files, `external` and read-only: `qclock up` writes it",
  hardening: "`cap_drop: [ALL]`, `read_only`, `no-new-privileges`, `user`, `init`",
  limits: "`mem_limit` with no swap beyond it, `cpus`, `pids_limit`, `shm_size`, `ulimits`",
  env_file: "`env_file`: what such a file holds is not written out",
  tmpfs: "`tmpfs` with the numbers of the service's user",
  logging: "`logging`; `json-file` with 3 files of 10m unless the manifest names another driver",
  policy: "a comment for each departure, with its reason",
};
