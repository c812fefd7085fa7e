import { nearest } from "../../nearest.ts";

/**
 * Names that docker, compose and others have for a command, with what qclock has for it. They are
 * never taken for a misspelt command: `remove` is not `reset`, and `version` is not `verify`.
 */
const foreignWords: Readonly<Record<string, string>> = {
  apply: "qclock up brings the stack up; qclock plan shows what it would do.",
  attach:
    "qclock logs --follow shows the output; qclock exec SERVICE COMMAND runs a command beside it.",
  check: "qclock validate checks the manifest, qclock verify the stack that runs.",
  clean: "qclock down removes containers and networks and keeps all data.",
  commit: "An image is made of its manifest alone: put the change there, and run qclock up.",
  convert: "qclock config shows the manifest as it is understood.",
  copy: "qclock cp copies files into and out of a service; files of an image are `files` in the manifest.",
  create: "qclock init begins a stack; qclock up makes what is missing and starts it.",
  delete: "qclock down removes containers and networks and keeps all data.",
  deploy: "qclock up brings the stack up.",
  destroy: "qclock down removes containers and networks and keeps all data.",
  diff: "qclock plan shows what up would change; qclock lock diff what changed in the lock.",
  health: "qclock probe tries the probes of the services.",
  inspect: "qclock ps, qclock graph and qclock plan show the stack, each with --json.",
  install: "qclock engine ensure installs an Engine; qclock up brings the stack up.",
  kill: "qclock stop stops the services, and what ignores its signal is killed.",
  lint: "qclock validate checks the manifest.",
  list: "qclock ps lists the services, qclock ls the stacks.",
  load: "qclock bundle load takes a bundle in.",
  log: "qclock logs shows the output of services.",
  pause: "qclock stop stops the services; qclock start starts them again.",
  port: "qclock ps lists the services with their addresses.",
  prune:
    "qclock store prune makes room in the store; qclock down removes containers and networks and keeps all data.",
  publish: "qclock bundle save writes the stack and its images to a file.",
  pull: "qclock lock chooses what images are made of; qclock build and qclock up fetch what is missing.",
  push: "qclock bundle save writes the stack's images to a file.",
  remove: "qclock down removes containers and networks and keeps all data.",
  rm: "qclock down removes containers and networks and keeps all data.",
  rollback: "Go back to the manifest and the lock of before, and run qclock up.",
  save: "qclock bundle save writes the stack to a file.",
  scale: "One container runs for each service.",
  shell: "qclock exec SERVICE sh opens a shell, where the image has one.",
  show: "qclock ps, qclock graph and qclock plan show the stack.",
  ssh: "qclock exec SERVICE sh opens a shell, where the image has one.",
  status: "qclock ps shows how the services are.",
  test: "qclock validate checks the manifest, qclock verify the stack that runs.",
  unpause: "qclock start starts what was stopped.",
  update:
    "qclock lock --update PACKAGE moves packages to newer versions; qclock up brings the result up.",
  upgrade:
    "qclock lock --update PACKAGE moves packages to newer versions; qclock up brings the result up.",
  version: "qclock --version prints it.",
  viz: "qclock graph --format dot draws the stack.",
  volumes: "qclock config --volumes lists them; qclock plan shows what becomes of them.",
  wait: "qclock up waits until every service is ready.",
  watch: "Run qclock up after a change; it replaces only what changed.",
};

/** Commands that take something away: no slip of the keyboard but the smallest leads to one. */
const removing: ReadonlySet<string> = new Set(["down", "reset", "stop", "unlock"]);

/**
 * What somebody may have meant who wrote a command that does not exist; undefined where nothing is
 * near.
 */
export function adviceOnCommand(word: string, commands: readonly string[]): string | undefined {
  const known = Object.hasOwn(foreignWords, word) ? foreignWords[word] : undefined;
  if (known !== undefined) return known;
  const near = nearest(word, commands);
  if (near === undefined) return undefined;
  const isSlip = Math.abs(near.length - word.length) <= 1 && near.startsWith(word.slice(0, 2));
  return removing.has(near) && !isSlip ? undefined : `Did you mean ${near}?`;
}
