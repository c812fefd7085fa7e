import type { ErrorCode } from "../error.ts";
import type { Explanation } from "./explanation.ts";

/** Failures on the way from package names to image layers. */
export const packageExplanations = {
  "unknown-package": {
    title: "No repository has this package",
    explanation:
      "An image asks for a package that the distribution does not carry under this name, or for a virtual one that several packages provide. In a system with modules: a stream of a module that no repository has, or a package that only streams have which are not enabled; and a repository that the system does not have.",
    fix: "Take the suggestion, or one of the providers or streams that are listed.",
    example: "packages: { debian-12: [apache] }  # apache2",
  },
  "unresolvable-packages": {
    title: "The packages cannot be brought together",
    explanation:
      "Something that a package needs is not to be had in the version it needs, or several packages provide it with the same priority and qclock does not choose in silence; the same goes for streams of modules that need others. The details lead from both sides to what the manifest asks for.",
    fix: "Name the package that the image should hold, or resolve all from the same state of the repositories.",
    example: "qclock lock --update",
  },
  "package-conflict": {
    title: "Two packages exclude each other",
    explanation:
      "One conflicts with or breaks the other, and no alternative would do. The details lead from each to what the manifest asks for.",
    fix: "Leave one of the two out of the image's packages.",
    example: "qclock lock",
  },
  "file-conflict": {
    title: "Two packages install the same file",
    explanation: "The contents differ, and neither package says that it replaces the other's file.",
    fix: "Leave one of the two out, or exclude the path.",
    example: "exclude: [/usr/share/doc]",
  },
  "lock-outdated": {
    title: "The lock does not fit the manifest",
    explanation:
      "--locked never writes the lock, and the manifest asks for packages or artifacts that it lacks.",
    fix: "Run `qclock lock` without --locked, review the difference, commit it.",
    example: "qclock lock && git diff stack.lock.yaml",
  },
  "mirror-unreachable": {
    title: "The package mirror does not answer",
    explanation:
      "It refused, timed out or lacks the release after bounded retries. Nothing half-made is left behind.",
    fix: "Check the network and the mirror's address, which the message names with where it came from.",
    example: "QCLOCK_MIRROR_DEBIAN_12=https://mirror.example/debian qclock build",
  },
  "mirror-not-configured": {
    title: "No package mirror is known",
    explanation:
      "The address comes from the environment, the manifest, or the host's own apt; none has one.",
    fix: "Set the variable that the message names, or `mirrors` in the manifest.",
    example: "mirrors: { debian-12: https://mirror.example/debian }",
  },
  "signature-invalid": {
    title: "A signature is wrong",
    explanation:
      "The release file is not signed by a key of the distribution, is too old, or is another suite's; or an RPM package is not signed by such a key, or is not what it signed. Somebody changed it, or a proxy serves the wrong one. Nothing of it was used.",
    fix: "Try another mirror. When several agree, look for a newer qclock: keys ship with it. Of a mirror or a repository of your own that signs its packages itself, name the key as a file of the project under `keys` in the manifest, and for a bundle with `qclock bundle load --key FILE`.",
  },
  "digest-mismatch": {
    title: "A file has another content than promised",
    explanation:
      "What was downloaded is not what the signed index or the lock says. Nothing of it was kept. Or a layer that is made here is another than the one that the lock names.",
    fix: "Try again or another mirror; a proxy that rewrites files is the usual cause. Of a layer the message says what may differ, and which line of the lock to take out to accept the new one.",
  },
  "package-vanished": {
    title: "A locked package has left every mirror",
    explanation:
      "A mirror keeps the newest versions only. The lock names one that neither the store nor any archive of the mirror has any more. `build` and `up` move such packages, and no others, to their newest version and say so; with --locked the lock may not change.",
    fix: "Move the package and commit the lock, or name a mirror that keeps old versions as a further URL.",
    example: "qclock lock --update openssl && qclock lock diff",
  },
  "package-unproved": {
    title: "Nothing proves that a package is the distribution's",
    explanation:
      "Every package of the lock must stand, with its digest, in an index that the distribution signed, or be signed itself as RPM packages are; the lock alone is not believed. This one stands in no index that the mirror, the store or a bundle has, or the RPM package itself is in none of these: the lock was changed by hand, or the distribution has replaced the package since. Nothing of it was unpacked.",
    fix: "Move it to a version that the mirror lists, load a bundle that carries the signed index or the RPM package, or name a mirror that keeps old ones as a further URL. --allow-unsigned takes it unproved, and the lock, `lock why`, `verify` and the image say so.",
    example: "qclock lock --update openssl && qclock lock diff",
  },
  "package-corrupt": {
    title: "A package cannot be unpacked",
    explanation:
      "Its digest is right, but its archive is damaged or holds what no package may hold; or a list of packages is damaged, is none, or grows past every bound.",
    fix: "Move to another version, or take another mirror.",
    example: "qclock lock --update",
  },
  "bundle-invalid": {
    title: "A bundle is not what it should be",
    explanation:
      "It is damaged, was cut short, was written by a newer qclock, or is something else. Nothing of it was kept: no package, no lock, no image and no file of the project.",
    fix: "Carry it over again, and compare its digest with the one where it was saved.",
    example: "sha256sum stack.bundle && qclock bundle list stack.bundle",
  },
  "artifact-unreachable": {
    title: "The server of an artifact does not give it",
    explanation:
      "It refused, timed out or lacks the file after bounded retries. Nothing half-made is left behind.",
    fix: "Check the URL in the manifest and the network, or name a mirror that holds it under HOST/PATH.",
    example: "QCLOCK_ARTIFACT_MIRROR=https://mirror.example/artifacts qclock build",
  },
  "artifact-corrupt": {
    title: "An artifact cannot be unpacked",
    explanation:
      "Its digest is right, but its archive is damaged, or holds what no image takes from an archive: devices, names that lead out of its folder or through its own links, one name twice, or far more than its size promises.",
    fix: "Take another release of it, or unpack it yourself and name the files under `files`.",
    example: "artifacts: [{ url: …, sha256: …, path: /opt/tool.tar.gz, unpack: none }]",
  },
  "index-unreachable": {
    title: "The index of Python packages does not answer",
    explanation:
      "It refused, timed out, answered with what is no page of the simple index, or no longer has a file that the lock names. Nothing half-made is left behind.",
    fix: "Check the network and the index's address: QCLOCK_PYTHON_INDEX, `mirrors` of the manifest, PIP_INDEX_URL or pip.conf, in this order.",
    example: "QCLOCK_PYTHON_INDEX=https://mirror.example/simple qclock lock",
  },
  "wheel-unavailable": {
    title: "No wheel can be used",
    explanation:
      "The index has no wheel of this version for the image's own Python, C library and machine, or none whose hash stands in the requirements file, or the version was withdrawn (yanked). A source distribution is never built, since nothing is run.",
    fix: "Take a version that has a wheel, or another Python; the details name the files that exist. Write the file again after a change: `pip-compile --generate-hashes`.",
    example: "pip download --only-binary=:all: --no-deps NAME==VERSION",
  },
  "requirements-unmet": {
    title: "The requirements do not fit together",
    explanation:
      "A wheel needs a project that the requirements file does not name, or another version or another Python than it gets; or two lines for this image name two versions. pip refuses the same file with --require-hashes.",
    fix: "Let `pip-compile --generate-hashes` or `uv pip compile --generate-hashes` write the file from what you ask for: they add what is needed.",
    example: "uv pip compile --generate-hashes requirements.in -o requirements.txt",
  },
  "wheel-corrupt": {
    title: "A wheel is not what it should be",
    explanation:
      "Its hash is as the requirements file says, but its archive is damaged, its RECORD does not fit its files, it was made for another name or version, or it holds what no image takes: links, devices, names that lead out of its folder, one name twice, or far more than its size promises.",
    fix: "Take another version, and tell its authors.",
  },
  "missing-interpreter": {
    title: "A program cannot start in the image",
    explanation:
      "What an image, a service or a probe starts must be in the image and executable; what begins with `#!` needs its interpreter there, too, and Unix line ends. Essential packages are not implied: an image holds what it lists and what that needs.",
    fix: "Add the package that brings the program or the interpreter, such as bash or dash, or correct the path.",
    example: "packages: { debian-12: [bash] }",
  },
  "wrong-architecture": {
    title: "A program is for another kind of machine",
    explanation:
      "The image starts a program, or a program needs a library, that was made for another processor than the image is for. It comes with `artifacts` or `files`: packages are always of the image's own architecture.",
    fix: "Take the file that was made for this platform. A stack that is built for several names what differs in an override file of each.",
    example: "qclock build -f stack.config.yaml -f stack.arm64.yaml --platform linux/arm64",
  },
  "script-undone": {
    title: "A script of a package could not be interpreted",
    explanation:
      "Packages bring scripts that make accounts, links and configuration. QClock interprets them as data and runs nothing of them. One needs a program that exists as a binary alone, takes too much, or ended with an error, so all that it did was undone; the image has `strict_scripts: true`, so it is not built without that.",
    fix: "The message names the script, the line and what it needs. Leave the package out, answer its questions under `debconf`, or bring what the script would have made with the image's `files` and take `strict_scripts` away.",
    example: "debconf: { postfix/main_mailer_type: No configuration }",
  },
  "script-failed": {
    title: "A script of a package failed while it was run",
    explanation:
      "The image has `scripts: run`, so what cannot be interpreted of its packages' scripts is run in a container of the image, without a network and with few privileges. One ended with an error, took longer than 10 minutes, wrote more than 8 GiB, or made what no layer can hold: a device, a named pipe, a name that is not UTF-8. Nothing of the run is kept.",
    fix: "The message names the script and how it ended; its last lines are below. Set `essential: true`, add the package that brings the program it lacks, or leave its package out.",
    example: "essential: true",
  },
  "missing-library": {
    title: "A program lacks a library in the image",
    explanation: "A program that the image starts is linked with a library that no layer holds.",
    fix: "Add the package that brings it.",
  },
  "missing-account": {
    title: "An image has no account of a name that `user` gives",
    explanation:
      "`user` of the image or of a service names a user or group, and none of the image's layers has it in `/etc/passwd` or `/etc/group`. Scripts of packages make accounts, so that this is known once the image is made. The Engine would refuse to start the container.",
    fix: "Correct the name, declare the account under `accounts`, or write its numbers.",
    example: "user: redis              # made by the scripts of redis-server",
  },
  "disk-full": {
    title: "A disk is full",
    explanation:
      "The store's or the Engine's disk has no room. The unfinished file was removed; what is in the store stays usable.",
    fix: "Free space: `qclock store` shows what the store holds, and `qclock store prune` removes what can be made anew; `docker system df` shows the Engine's.",
    example: "qclock store prune",
  },
  offline: {
    title: "A download is needed, but --offline forbids it",
    explanation:
      "Offline, qclock makes no request at all; something that the stack needs is not in the store.",
    fix: "Load a bundle that holds it, or run once without --offline where the mirror answers. The details name what lacks.",
    example: "qclock bundle load stack.bundle && qclock build --offline",
  },
  "store-unusable": {
    title: "The store cannot be used",
    explanation: "The folder that keeps packages and layers cannot be read or written.",
    fix: "Make it writable, or name another one.",
    example: "QCLOCK_STORE=/var/cache/qclock qclock build",
  },
  "store-damaged": {
    title: "The store holds a damaged file",
    explanation:
      "A package or a layer on disk has no longer the digest under which it was put there. Nothing of it was used, and it was removed; a package is fetched again by itself.",
    fix: "Run the command again, which makes what is missing. When it comes back, have the disk checked.",
    example: "qclock build",
  },
} satisfies Partial<Record<ErrorCode, Explanation>>;
