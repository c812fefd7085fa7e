/** Keys that people paste from compose files and that a manifest refuses, with what to write instead. */
export const refusedKeys: ReadonlyMap<string, string> = new Map([
  ["version", "Compose's `version` says nothing any more; remove it."],
  ["healthcheck", "Use `probes`: they run from outside and need no program in the image."],
  [
    "privileged",
    "qclock never runs privileged containers; add single capabilities with `cap_add` and a reason in `policy`.",
  ],
  ["network_mode", "Use `networks`; the host's network is never shared."],
  ["pid", "The host's processes are never shared."],
  ["ipc", "The host's memory is never shared."],
  ["devices", "The host's devices are never shared."],
  ["links", "Services find each other by name; use `depends_on`."],
  ["container_name", "Containers are named <stack>-<service>-1, so that two stacks never clash."],
  ["env_file", "Write the variables under `environment`, and secrets under `secrets`."],
  ["extends", "Use YAML anchors, or another image."],
  ["deploy", "Use `mem_limit`, `cpus` and `pids_limit`."],
  ["scale", "One container runs for each service."],
  ["pull_policy", "Local images are never pulled; registry images are pinned by digest."],
  ["build", "Images are declared under `images`; name one with `image`."],
  ["cmd", 'Write "command".'],
  ["env", 'Write "environment".'],
  ["password", "Secrets are files: declare them under `secrets`."],
]);
