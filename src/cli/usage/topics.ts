import { definitions, settingNames } from "../settings/settings.ts";

/** What `qclock help TOPIC` prints. */
export const topics: ReadonlyMap<string, string> = new Map([
  [
    "exit-codes",
    `Exit codes

    0   done
    1   an operation failed: build, start, probe; a wrong signature or digest; a full disk
    2   usage, an invalid manifest or lock, an unknown package or service
    3   verify found something that blocks; a probe of ps --probe failed
    4   the Engine, a mirror or a registry cannot be reached, does not answer, or refused
    5   another run holds the stack
    6   the Engine is too old, lacks a feature, or runs on another kind of machine
    7   changes are pending (plan --detailed-exit-code, lock diff --exit-code)
    9   refused, because data would be lost
   70   a bug in qclock
  124   --timeout ran out, or a step was silent or a command ran for too long
  130   interrupted (SIGINT)
  141   of exec and run: a reader of the command's output went away (| head), and the command was left
  143   terminated (SIGTERM, SIGHUP)`,
  ],
  [
    "environment",
    `Environment variables

${settingNames.map((name) => `  ${definitions[name].variable.padEnd(22)} ${definitions[name].description}`).join("\n")}
  ${"QCLOCK_MIRROR_<OS>".padEnd(22)} package mirror of an operating system, such as QCLOCK_MIRROR_ORACLELINUX_9;
  ${"".padEnd(22)} further URLs after spaces: see qclock help mirrors
  ${"QCLOCK_ARTIFACT_MIRROR".padEnd(22)} base URL that holds artifacts under HOST/PATH, instead of their own URLs
  ${"QCLOCK_PYTHON_INDEX".padEnd(22)} URL of the simple index that Python packages come from
  ${"http_proxy, https_proxy".padEnd(22)} proxies for everything that qclock fetches, also all_proxy; no_proxy names what goes
  ${"".padEnd(22)} without one. In lower or upper case; apt's own Acquire::http::Proxy is not read
  ${"DOCKER_HOST".padEnd(22)} the Engine, as for the docker command; also DOCKER_CONTEXT, DOCKER_TLS_VERIFY,
  ${"".padEnd(22)} DOCKER_CERT_PATH and DOCKER_CONFIG
  ${"NO_COLOR, FORCE_COLOR".padEnd(22)} no colour, or colour where there is no terminal

A flag is stronger than a variable, a variable than ~/.config/qclock/config.yaml, that than the default.
qclock config --origin shows which it was.`,
  ],
  [
    "engine",
    `How the Engine is found

The first of these that is given: --host, --context, QCLOCK_HOST, QCLOCK_CONTEXT, DOCKER_HOST, DOCKER_CONTEXT,
the docker command's current context. Else the usual sockets: /var/run/docker.sock, the rootless Engine's, podman's.
ssh:// goes through your own ssh and its configuration. Which Engine is used is said when it is not a usual socket.

  qclock engine info      which one it is
  qclock engine ensure    on Debian and Ubuntu, as root: install and start one
  qclock doctor           what is wrong with it, and how to mend that`,
  ],
  [
    "output",
    `What is written where

Standard output carries data: build prints image names, up addresses, plan the plan. Everything else goes to
standard error. --json prints one document with a "schema" of the form qclock/<kind>/v1 on standard output;
logs prints one for each line.

--progress auto is a live tree on a terminal and one line for each event elsewhere; json is one JSON object a line
with the report last; quiet shows failures only. When a step fails only its own output is shown; the whole log is kept
in ~/.local/state/qclock/logs. --debug FILE writes every event and every request to the Engine, without secrets.`,
  ],
  [
    "mirrors",
    `Where packages come from

Debian: QCLOCK_MIRROR_DEBIAN_12, else "mirrors" in the manifest, else the mirror that this machine's apt uses.
Several URLs, with spaces between them: the archive, its security updates, further places that keep old packages.
A package of the lock is looked for in the store, in both archives, and in each further place. When it is nowhere, build
and up move it alone to its newest version and say so; with --locked they fail.
Whatever the mirror, the release file's signature is checked against the distribution's keys that ship with qclock,
and each package against the digest that the signed index gives. The mirror is not part of stack.lock.yaml.

Oracle Linux: QCLOCK_MIRROR_ORACLELINUX_9, else "mirrors" in the manifest, else https://yum.oracle.com/repo/OracleLinux/OL9.
Several URLs, with spaces between them: the root of the repositories, and further places that keep old packages. Below the root
a repository is looked for as baseos/latest/x86_64, as ol9_baseos_latest (what reposync makes), and as baseos.
Each package is signed itself, and that signature is checked, whether the repository's metadata is signed or not.

Keys of one's own, of a mirror that signs anew: files of the project under "keys" in the manifest, beside those that ship.

Artifacts come from their own URLs; with QCLOCK_ARTIFACT_MIRROR=https://mirror.example/artifacts they come from
https://mirror.example/artifacts/HOST/PATH instead. Their digests stand in the manifest, whoever serves them.

Python packages: QCLOCK_PYTHON_INDEX, else "python" under "mirrors" in the manifest, else the index that this machine's pip is
set up with (PIP_INDEX_URL, PIP_CONFIG_FILE, pip.conf). Their hashes stand in the requirements file, whoever serves them.

Packages, artifacts and wheels are kept in ~/.cache/qclock (--store), shared by all stacks; the folder may be deleted at any time.
qclock store shows what it holds, qclock store prune makes room.
With --offline no request is made; qclock bundle save and load carry over what that takes.`,
  ],
]);
