import type { ErrorCode } from "../error.ts";
import { diagnosticExplanations } from "./diagnostics.ts";
import { engineExplanations } from "./engine-errors.ts";
import type { Explanation } from "./explanation.ts";
import { packageExplanations } from "./package-errors.ts";

/** Failures of the world. */
export const errorExplanations: Readonly<Record<ErrorCode, Explanation>> = {
  usage: {
    title: "The command line is wrong",
    explanation: "An option or argument is unknown, missing, or does not go with another one.",
    fix: "`qclock help COMMAND` shows what the command takes.",
    example: "qclock up --help",
  },
  "output-unwritable": {
    title: "What a command says cannot be written",
    explanation:
      "Standard output or standard error leads to a full disk or to a device that takes nothing. The command itself went on to its end. A reader that has gone away (`| head`) is no failure.",
    fix: "Free some space where it leads, or send it elsewhere.",
    example: "qclock ps --json > /another/disk/services.json",
  },
  "manifest-invalid": {
    title: "The manifest has problems",
    explanation: "The command needs a valid manifest. Each problem has a code of its own.",
    fix: "`qclock validate` shows all of them.",
    example: "qclock validate",
  },
  "manifest-not-found": {
    title: "There is no manifest",
    explanation: "Neither this folder nor one above it holds stack.config.yaml.",
    fix: "Go to the project's folder, or name the manifest. `qclock init` begins a stack.",
    example: "qclock validate --file stacks/three-tier",
  },
  ...packageExplanations,
  "lock-invalid": diagnosticExplanations["lock-invalid"],
  "path-outside-project": diagnosticExplanations["path-outside-project"],
  ...engineExplanations,
  "stack-locked": {
    title: "Another run is at work on this stack",
    explanation:
      "One command at a time changes a stack. The message says who runs it, where and since when.",
    fix: "Wait, give --lock-timeout a longer time, or, when that run is known to be dead, remove its hold.",
    example: "qclock unlock ID",
  },
  "would-lose-data": {
    title: "Data would be lost",
    explanation:
      "Nothing that destroys data happens without being asked for: off a terminal there is nobody to ask. A file in the way is not written over either.",
    fix: "Add --yes when that is meant, or --force for a file in the way.",
    example: "qclock reset --purge-volumes --yes",
  },
  "service-not-found": {
    title: "There is no such service, or it does not run",
    explanation:
      "A command names a service that the manifest lacks, or that has no running container.",
    fix: "`qclock ps` lists the services and their states.",
    example: "qclock ps",
  },
  "deadline-exceeded": {
    title: "Something took too long",
    explanation:
      "--timeout ran out, a step of a build or a pull was silent for too long, or a command in a container did not end in its time. What was under way may still run.",
    fix: "Look why it is slow; --timeout gives the whole command longer.",
    example: "qclock up --timeout 10m",
  },
  interrupted: {
    title: "The command was interrupted",
    explanation:
      "A signal ended it. What was half done is finished or taken back by the next run; nothing needs cleaning up by hand.",
    fix: "Run the command again.",
    example: "qclock up",
  },
};
