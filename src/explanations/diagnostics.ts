import type { DiagnosticCode } from "../diagnostic.ts";
import type { Explanation } from "./explanation.ts";

/** Problems in what the user wrote. */
export const diagnosticExplanations: Readonly<Record<DiagnosticCode, Explanation>> = {
  "yaml-syntax": {
    title: "The text is not YAML",
    explanation:
      "The manifest is one document of YAML 1.2. This one breaks its grammar, holds a NUL character, or holds several documents.",
    fix: "Look at the marked place and just before it: an open quote or bracket, a tab where spaces indent, a colon without a space.",
    example: "name: shop\nimages:\n\tbase:          # a tab: indent with spaces",
  },
  "not-utf8": {
    title: "Bytes that are not UTF-8",
    explanation:
      "Everything that qclock reads is UTF-8. Other bytes would silently become replacement characters, and a name, a password or a pattern another one than was written.",
    fix: "Save the file as UTF-8 (`iconv -f ISO-8859-1 -t UTF-8` converts Latin-1), or set the variable from one that is.",
  },
  "manifest-too-large": {
    title: "The manifest is too large",
    explanation:
      "More than a mebibyte is not read, so that a file of somebody else's cannot exhaust the machine.",
    fix: "Put large values into files of the project and name those under `files`.",
  },
  "manifest-too-deep": {
    title: "The manifest is nested too deeply",
    explanation:
      "More than 64 levels are not read. No field of the manifest needs a tenth of that.",
    fix: "Look for brackets or dashes that were repeated by mistake.",
  },
  "yaml-alias": {
    title: "An alias cannot be followed",
    explanation:
      "An alias (`*name`) stands for the value with its anchor (`&name`). This one names no anchor, lies inside what it names, or is one of so many that they would grow without end; so do merge keys (`<<`) that bring the same large map over and over.",
    fix: "Write the value out, or correct the name.",
    example: "environment: &common { LANG: *common }   # inside itself",
  },
  "yaml-tag": {
    title: "A tag that has no place here",
    explanation:
      "Tags such as `!!js/function` ask a parser to make something else than data. A manifest has two: `!reset` takes a key away that an earlier file gives, and `!override` puts a value in the place of what it would be merged with; both stand before the value of a key.",
    fix: "Remove the tag; write the value plainly, in quotes when it is a text.",
    example: "command: !!js/function 'x'",
  },
  "unknown-key": {
    title: "A key that does not exist here",
    explanation:
      "Unknown keys are refused, not ignored: a misspelt `read_only` would otherwise weaken a service without a word. Keys of compose that have no place in a manifest are refused with what to write instead.",
    fix: "Take the suggestion, or look the key up in docs/manifest.md.",
    example: "services:\n  app:\n    imag: app             # image",
  },
  "missing-key": {
    title: "A key that must be there",
    explanation: "Something has no sense without this key, such as a service without its image.",
    fix: "Add the key. docs/manifest.md says what it takes.",
    example: "services:\n  app: {}                 # lacks image",
  },
  "wrong-type": {
    title: "A value of the wrong type",
    explanation:
      "A list stands where a map is needed, a number where a text is, and so on. YAML decides the type by how a value is written: `yes` is a text, `8080` a number, and `0755` the number 755, which is why modes are quoted.",
    fix: "Quote a text that looks like a number; write a list with dashes or brackets.",
    example: 'mode: 0755                # write "0755"',
  },
  "invalid-value": {
    title: "A value that is not allowed",
    explanation:
      "The type is right, but not the value: outside of its range, in another form, or together with something that excludes it.",
    fix: "The message says what is expected.",
    example: "stop_grace_period: ten seconds     # 10s",
  },
  "unset-variable": {
    title: "A variable is not set",
    explanation:
      "`${NAME}` takes a value from the environment or from `.env` beside the manifest. An unset one is an error, never an empty text, so that no password and no path is silently empty.",
    fix: "Set the variable, or give a default: `${NAME:-value}`.",
    example: 'ports: ["${PORT}:80"]     # ${PORT:-8080}',
  },
  "invalid-interpolation": {
    title: "A variable is written wrongly",
    explanation:
      "Known forms are `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`, `${NAME?message}`, `${NAME:+other}`, `${NAME+other}`, and `$$` for a dollar sign.",
    fix: "Close the brace, or double a dollar sign that is meant as one.",
    example: 'command: "echo ${HOME"    # ${HOME}, or $${HOME',
  },
  "variable-sent-away": {
    title: "A variable in a value that is sent to another machine",
    explanation:
      "`mirrors`, the URLs of artifacts and the references of images that are pulled go to other machines before anything of the stack runs. A manifest from elsewhere could so have a password of your environment sent to its author. Only variables named `QCLOCK_PUBLIC_…` may stand there: whoever sets one means it to be told.",
    fix: "Write the value out, or give the variable such a name. Credentials of a mirror belong in `QCLOCK_MIRROR_<OS>`, which no manifest reads.",
    example: 'mirrors:\n  debian-12: "https://${MIRROR}/debian"   # ${QCLOCK_PUBLIC_MIRROR}',
  },
  "env-file-syntax": {
    title: "A line of variables cannot be read",
    explanation:
      "Files of variables, such as `.env`, hold `NAME=value` lines, comments after `#` and nothing else. Values may stand in quotes, also over several lines: in single ones they are taken as they are, in double ones and without any, variables are replaced. What such a line holds is not shown, since it may be a secret.",
    fix: "Look at the line that is named: an open quote, a name with a space, a value over several lines without quotes.",
    example: "PASSWORD='pa$$word'       # in single quotes a dollar sign is one",
  },
  "duplicate-name": {
    title: "A name is given twice",
    explanation: "A map holds each key once. YAML readers differ in which of the two they keep.",
    fix: "Rename one of the two, or merge them.",
    example: "images:\n  app: { from: base }\n  app: { from: scratch }",
  },
  "unknown-image": {
    title: "No image has this name",
    explanation:
      "`from` and a service's `image` name images of this manifest. An image of a registry is declared under `images` first, pinned by its digest.",
    fix: "Correct the name, or declare the image.",
    example: "images:\n  base: { from: scratch }\n  app: { from: bse }      # base",
  },
  "unknown-service": {
    title: "No service has this name",
    explanation: "`depends_on` names services of this manifest.",
    fix: "Correct the name, or declare the service.",
    example: "depends_on: [cache]       # no such service",
  },
  "unknown-network": {
    title: "No network has this name",
    explanation:
      "A service's `networks` names networks that the manifest declares at its top level.",
    fix: "Correct the name, declare the network, or leave `networks` out: qclock then makes one for each `depends_on`.",
    example: "networks: [front]         # declare it: networks: { front: }",
  },
  "unknown-volume": {
    title: "No volume has this name",
    explanation:
      "A named volume is declared at the top level, so that data never lands in a misspelt one.",
    fix: "Correct the name, or declare the volume. A folder of the project is written with `./`.",
    example: "volumes: [data:/var/lib/data]      # declare it: volumes: { data: }",
  },
  "unknown-secret": {
    title: "No secret has this name",
    explanation: "A service's `secrets` names secrets that the manifest declares at its top level.",
    fix: "Correct the name, or declare the secret.",
    example: "secrets: [db-password]    # declare it: secrets: { db-password: { generate: true } }",
  },
  "unknown-account": {
    title: "A user or group that the image will not have",
    explanation:
      "`user` names an account that neither the image's packages nor its `accounts` make. The Engine would refuse to start the container.",
    fix: "Declare the account under `accounts`, or write its numbers.",
    example: "user: web               # accounts: { users: [{ name: web, uid: 10001 }] }",
  },
  "unknown-os": {
    title: "An operating system that is not known here",
    explanation:
      "qclock does not know the name, or an image lists no packages for the operating system that is built.",
    fix: "Add packages for it, or choose another with --os.",
    example: "packages: { debian-12: [bash] }    # with --os debian-13",
  },
  "dependency-cycle": {
    title: "Things depend on each other in a circle",
    explanation:
      "Images are built after those that they stand on, services started after those that they wait for. In a circle nothing can be first.",
    fix: "Take one of the edges away; each is shown with its place.",
    example:
      "services:\n  app: { image: app, depends_on: [db] }\n  db: { image: db, depends_on: [app] }",
  },
  "path-outside-project": {
    title: "A path leads out of the project",
    explanation:
      "What goes into an image lies below the manifest's folder, so that the folder is the whole truth and a manifest of somebody else's cannot read other files of yours. A link counts as what it leads to, also in the middle of a path: one that stays in the project is followed, one that leaves it is refused, and so is one that appears while qclock reads.",
    fix: "Move the file below the manifest's folder, or put it in the link's place. A folder of the host can be mounted by its own absolute path, with a reason.",
    example: "files: [../../etc]",
  },
  "missing-file": {
    title: "A file does not exist",
    explanation:
      "The manifest names a file or folder that is not there, or something is started in an image, none of whose layers holds it.",
    fix: "Correct the path; of files of the project it is relative to the manifest's folder. Add the package that brings a program.",
    example: "files: [images/app/rotfs]          # rootfs",
  },
  "invalid-file": {
    title: "A file cannot be part of an image",
    explanation:
      "Images hold files, folders and links with names in UTF-8. A socket, a FIFO or a device is none of them, a name of other bytes would become another name, and a name that begins with `.wh.` removes a file of the layers below.",
    fix: "Rename the file, or move it out of the folder that `files` names; for a build context name it in .dockerignore.",
    example: "images/app/rootfs/etc/caf\\xe9.conf   # Latin-1",
  },
  "file-differs": {
    title: "The image will not have this as it is on the disk",
    explanation:
      "Of a file's mode only the executable bit is taken over, as git does, so that a checkout with another umask gives the same image. What was meant and is lost is told: a file that only its owner may read, a sticky folder, holes in a sparse file, a working folder that nothing makes.",
    fix: "Give the file an entry of its own under `files` with `mode`, or list the folder under `directories`.",
    example: 'files: [rootfs, { path: rootfs/etc/key, target: /etc/key, mode: "0400" }]',
  },
  "port-conflict": {
    title: "A port is published twice",
    explanation: "Two services of the stack publish the same port of the host on the same address.",
    fix: "Give one of the two another port of the host.",
    example: 'ports: ["8080:80"]        # in two services',
  },
  "inactive-profile": {
    title: "A dependency is not active",
    explanation:
      "A service with `profiles` is active when one of them is: by `--profile`, `QCLOCK_PROFILES`, or since the command names the service. What an active service depends on has to be active as well.",
    fix: "Activate a profile of the dependency, take the edge out of `depends_on` or say `required: false` in it, or give both the same profiles.",
    example: "depends_on: [debugger]     # which has profiles: [debug]",
  },
  "exception-without-reason": {
    title: "A hardened default is given up without a reason",
    explanation:
      "Services run hardened: not as root, no capabilities, a read-only root file system, no way out. A departure is allowed when `policy` says why; `verify` shows the reason to whoever audits.",
    fix: "Remove the departure, or give its reason under `policy`.",
    example:
      'cap_add: [NET_BIND_SERVICE]\npolicy:\n  capabilities: { NET_BIND_SERVICE: "serves port 80 itself" }',
  },
  "capability-without-effect": {
    title: "A capability that the service never gets",
    explanation:
      "The Engine gives the capabilities of `cap_add` to root. A process of another user starts without any, and without new privileges no program gains one.",
    fix: "Leave the capability out, or run the service as root with a reason under `policy.allow_root`. Ports below 1024 and `ping` need none: Engines from 20.10 on allow both to every user of a container.",
    example: 'user: "10001:10001"\ncap_add: [NET_RAW]       # has no effect',
  },
  "crlf-line-endings": {
    title: "A script has Windows line ends",
    explanation:
      "The kernel takes the carriage return for a part of the interpreter's name, and the container ends with “no such file or directory”.",
    fix: "Convert the file, and keep it so in .gitattributes.",
    example: "sed -i 's/\\r$//' entrypoint.sh\necho '*.sh text eol=lf' >> .gitattributes",
  },
  "not-executable": {
    title: "A script cannot be executed",
    explanation: "What an image starts must have its executable bit.",
    fix: "Set it, in git as well.",
    example: "git update-index --chmod=+x entrypoint.sh",
  },
  "dockerfile-syntax": {
    title: "A Dockerfile cannot be used",
    explanation:
      "It has no `FROM` where one must be, names an image that is empty once its variables are replaced, or asks for a frontend from a registry.",
    fix: "The message says which; the marked place is in the Dockerfile.",
    example: "# syntax=docker/dockerfile:1       # fetches a program from a hub: remove it",
  },
  "requirements-syntax": {
    title: "A requirements file cannot be used",
    explanation:
      "A line of the file that an image names under `wheels` pins no version, has no hash, or has an option that is refused. Every byte of an image is known before it is fetched, and nothing is run to build one.",
    fix: "Write the file with `pip-compile --generate-hashes` or `uv pip compile --generate-hashes`; the marked place is in the file.",
    example:
      "flask==3.0.3 --hash=sha256:34e815dfaa43340d1d15a5c3a02b8476004037eb4840b34910c6e21679d288f3",
  },
  "lock-invalid": {
    title: "The lock cannot be read",
    explanation:
      "stack.lock.yaml is written by qclock and has a fixed form. This one was changed by hand, cut short, left with the marks of a merge, or cannot be read or written at all.",
    fix: "Restore it from version control, or remove it and let `qclock lock` write it again.",
    example: "git checkout -- stack.lock.yaml",
  },
  "compose-lost": {
    title: "Something of a compose file has no counterpart",
    explanation:
      "`qclock import` takes over what a manifest can say, and leaves out what it cannot: what is told here does not hold in the new manifest. It stands there in a comment, too, with its place in the compose file.",
    fix: "Follow the suggestion where the stack needs it; else delete the comment.",
    example: "services:\n  app:\n    network_mode: host",
  },
  "compose-changed": {
    title: "Something of a compose file is said in another way",
    explanation:
      "`qclock import` takes it over, but the manifest says it differently, or it means something slightly else there, such as a healthcheck that becomes a probe from outside.",
    fix: "Read the sentence, and delete the comment in the manifest when it is right.",
    example: "services:\n  app:\n    container_name: shop     # it is <stack>-app-1",
  },
};
