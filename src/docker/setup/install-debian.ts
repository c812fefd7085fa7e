import { execa, type Options } from "execa";
import { QclockError } from "../../error.ts";
import { cleanText } from "../errors.ts";
import { type Machine, systemPath } from "./machine.ts";

export interface InstallOptions {
  readonly machine: Machine;
  readonly environment: ReadonlyMap<string, string>;
  readonly onStep: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Install the distribution's Engine with apt, without questions and without recommended packages.
 * Two of those are needed all the same: certificates, to pull from a registry, and AppArmor's
 * parser, without which an Engine starts no container on a kernel that enforces it. iptables is
 * asked for by name: not every release's docker.io depends on it, and none starts without it.
 */
export async function installEngine({
  machine,
  environment,
  onStep,
  signal,
}: InstallOptions): Promise<void> {
  const packages = [
    "docker.io",
    "iptables",
    "ca-certificates",
    ...(machine.hasAppArmor ? ["apparmor"] : []),
  ];
  const apt = async (...words: readonly string[]): Promise<AptResult> =>
    await runApt(words, { environment, signal });
  onStep(`Installing ${packages.join(", ")} from the packages of ${machine.name}.`);
  const install = ["install", "--yes", "--no-install-recommends", ...packages];
  const first = await apt(...install);
  if (first.succeeded) return;
  // The lists of packages are absent on a new machine, or too old to still be true.
  onStep("The lists of packages are absent or old; fetching them.");
  const update = await apt("update");
  const second = await apt(...install);
  if (second.succeeded) return;
  throw new QclockError("engine-install-failed", "apt-get could not install the Engine.", {
    hint: "Mend what apt-get says below, or install an Engine by hand and run `qclock engine ensure` again.",
    details: [...new Set([...update.told, ...second.told])],
  });
}

interface AptResult {
  readonly succeeded: boolean;
  /** Its errors and warnings, else its last lines. */
  readonly told: readonly string[];
}

async function runApt(
  words: readonly string[],
  { environment, signal }: Pick<InstallOptions, "environment" | "signal">,
): Promise<AptResult> {
  const options = {
    env: {
      ...Object.fromEntries(environment),
      DEBIAN_FRONTEND: "noninteractive",
      NEEDRESTART_MODE: "l",
      LC_ALL: "C.UTF-8",
      PATH: systemPath.join(":"),
    },
    extendEnv: false,
    stdin: "ignore",
    all: true,
    reject: false,
    // A package half set up is worse than a command that ends late: apt-get gets time to end by
    // itself.
    forceKillAfterDelay: 60_000,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  } as const satisfies Options;
  const settings = [
    "-o",
    "DPkg::Lock::Timeout=120",
    "-o",
    "Dpkg::Options::=--force-confold",
    "-o",
    "Acquire::Retries=3",
  ];
  const { failed, all } = await execa("apt-get", [...settings, ...words], options);
  signal?.throwIfAborted();
  const lines = all
    .split("\n")
    .map(cleanText)
    .filter((line) => line !== "");
  // apt-get calls lists that it could not fetch a warning, and then does not find what they would
  // name.
  const problems = lines.filter((line) => /^(?:E|W|Err:\d+):?\s/u.test(line));
  return { succeeded: !failed, told: (problems.length > 0 ? problems : lines).slice(-12) };
}
