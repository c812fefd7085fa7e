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
  image: "an image with `image`, pinned by a digest that is looked up later",
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
