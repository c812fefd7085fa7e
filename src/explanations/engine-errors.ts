import type { ErrorCode } from "../error.ts";
import type { Explanation } from "./explanation.ts";

/** Failures of the Engine and of what runs in it. */
export const engineExplanations = {
  "engine-unreachable": {
    title: "No Engine answers",
    explanation:
      "qclock looks at --host, DOCKER_HOST, the docker context and the usual sockets; the details list what was tried.",
    fix: "Start the Engine, or name the right one.",
    example: "qclock engine ensure",
  },
  "engine-silent": {
    title: "The Engine does not answer",
    explanation:
      "It takes connections, and has not answered a call in the time that each call has. What was asked for may still happen.",
    fix: "Look at the Engine and its machine, start it again where it hangs, and run the command again.",
    example: "qclock doctor",
  },
  "engine-refused": {
    title: "The Engine refuses",
    explanation:
      "It is there, but does not let you: its socket's permissions, TLS or an authorization plug-in.",
    fix: "Have yourself added to its group, or give the right certificates.",
    example: "usermod -aG docker NAME",
  },
  "engine-too-old": {
    title: "The Engine is of another age",
    explanation: "It is older than 20.10, or newer than this qclock knows.",
    fix: "Upgrade the Engine, or qclock.",
    example: "qclock doctor",
  },
  "engine-platform": {
    title: "The Engine's machine is of another kind",
    explanation:
      "Images hold programs for one kind of processor. Those for another can be locked, built and written into a bundle, since nothing of them is run; they cannot be started, and never get into this Engine, where they would take the names of those that run.",
    fix: "Write them into a bundle and load that where they can run; or leave --platform out, so that they are made for this machine.",
    example: "qclock bundle save arm.bundle --images --platform linux/arm64",
  },
  "engine-failed": {
    title: "The Engine failed",
    explanation:
      "It answered with an error that is not the stack's fault, or with something that its API does not promise.",
    fix: "`qclock doctor` examines it; its own log says more.",
    example: "qclock doctor",
  },
  "engine-install-failed": {
    title: "The Engine could not be installed",
    explanation:
      "`engine ensure` installs the distribution's Engine on Debian and Ubuntu as root, and a step of that failed.",
    fix: "The details hold the step's last lines; install an Engine by hand where that is easier.",
    example: "apt-get install docker.io",
  },
  "build-failed": {
    title: "A Dockerfile could not be built",
    explanation:
      "A step failed in the Engine's builder. An image counts as built only when the builder names it.",
    fix: "The last lines of the failed step are shown, and where the full log lies.",
    example: "qclock build --verbose",
  },
  "load-failed": {
    title: "The Engine did not take an image",
    explanation:
      "It reported an error while loading, or what it holds afterwards is not what was sent.",
    fix: "Try again; `qclock doctor` examines the Engine's storage.",
    example: "qclock doctor",
  },
  "pull-failed": {
    title: "An image could not be pulled",
    explanation: "The registry does not answer, does not have this digest, or wants you to log in.",
    fix: "Check the reference and the login; on a machine without a route, load the image from a file.",
    example: "docker login registry.example",
  },
  "foreign-object": {
    title: "Something with our name is not ours",
    explanation:
      "A container, network or image has the name that the stack needs, but not the record that qclock makes with each of its own; or something outside of the stack uses what qclock would have to remove. qclock never adopts, changes or removes what it did not make. Things that a qclock made before it kept such records count as foreign, too.",
    fix: "Remove or rename it, or give the stack another name. The hint of the message names the command. Containers and networks hold no data: what an earlier qclock made can be removed with `docker rm -f` and `docker network rm`, and `qclock up` makes it again.",
    example: "qclock up --stack shop-2",
  },
  "foreign-volume": {
    title: "A volume holds somebody else's data",
    explanation:
      "A volume has the name that the stack needs, but was made by something else (or by a qclock that kept no records of its making yet), by another operating system's database, or is used by a container outside of the stack. Starting over it could destroy the data.",
    fix: "Give the volume another name in the manifest and copy the data into it, or move the data by a dump; nothing removes the old volume but `docker volume rm`.",
    example: "qclock up --os debian-12",
  },
  "port-in-use": {
    title: "A port of the host is taken",
    explanation:
      "Another program or container listens on a port that the stack publishes. The message names it where it can be found.",
    fix: "Stop it, or publish another port.",
    example: "QCLOCK_PORT=8081 qclock up",
  },
  "external-missing": {
    title: "A network or volume of others is not there",
    explanation:
      "The manifest calls it `external`: it is used by its name and never made, since only its owner knows what it must hold.",
    fix: "Have its owner make it, or correct `name`.",
    example: "docker network create proxy",
  },
  "container-missing": {
    title: "There is no container to start",
    explanation:
      "`start` and `restart` start what was made before and make nothing; a service, or one that it depends on, was never brought up or was taken down.",
    fix: "Bring it up.",
    example: "qclock up db",
  },
  "container-exited": {
    title: "A container ended while it should run",
    explanation:
      "Its process ended or was killed before it became ready. The message says the exit code in words and shows the last lines of its log.",
    fix: "Read the log; 137 with a memory limit means that it needs more.",
    example: "qclock logs db",
  },
  "probe-failed": {
    title: "A service did not become ready",
    explanation:
      "It runs, but a probe did not succeed in time. What was tried, and the last answer, are shown.",
    fix: "Read the last answer and the log; `start_period` gives a slow service longer.",
    example: "qclock probe app",
  },
  "job-failed": {
    title: "A job failed",
    explanation:
      "A job is ready when it ends with 0; this one did not. Its container is kept for a look.",
    fix: "Read its log, mend the cause, run again.",
    example: "qclock logs init",
  },
  "copy-failed": {
    title: "Files could not be copied into or out of a container",
    explanation:
      "The source is not there, a folder and a file would take each other's place, the target may only be read, or an archive of the container holds what leads out of the target. Of an archive that is refused nothing more is written.",
    fix: "Read what the message names; what services may write is in their volumes.",
    example: "qclock cp app:/srv/data ./data",
  },
} satisfies Partial<Record<ErrorCode, Explanation>>;
