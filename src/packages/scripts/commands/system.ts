import { fromBytes } from "../bytes.ts";
import type { Command } from "../command.ts";
import { readOptions } from "./options.ts";
import { complain } from "./report.ts";

/** What `uname` says of a machine: the kernel is no part of an image, so it is always this one. */
export interface MachineFacts {
  /** Such as `x86_64`. */
  readonly machine: string;
}

/** A release that no package takes for a special one. */
const KERNEL = {
  name: "Linux",
  node: "localhost",
  release: "6.1.0",
  version: "#1 SMP",
  system: "GNU/Linux",
};

export function uname({ machine }: MachineFacts): Command {
  return (call) => {
    const { has, given } = readOptions(call, {
      all: "-a --all",
      name: "-s --kernel-name",
      node: "-n --nodename",
      release: "-r --kernel-release",
      version: "-v --kernel-version",
      machine: "-m --machine",
      processor: "-p --processor",
      platform: "-i --hardware-platform",
      system: "-o --operating-system",
    });
    const shown: string[] = [];
    const isAll = has("all");
    if (isAll || has("name") || given.length === 0) shown.push(KERNEL.name);
    if (isAll || has("node")) shown.push(KERNEL.node);
    if (isAll || has("release")) shown.push(KERNEL.release);
    if (isAll || has("version")) shown.push(KERNEL.version);
    if (isAll || has("machine")) shown.push(machine);
    if (has("processor") || has("platform")) shown.push("unknown");
    if (isAll || has("system")) shown.push(KERNEL.system);
    call.stdout.write(`${shown.join(" ")}\n`);
    return 0;
  };
}

export function arch({ machine }: MachineFacts): Command {
  return (call) => {
    call.stdout.write(`${machine}\n`);
    return 0;
  };
}

/**
 * The name in /etc/hostname, or `localhost`: a container gets its own when it starts. No name has
 * an address, since nothing is asked for it.
 */
export const hostname: Command = (call) => {
  const { has, operands } = readOptions(call, {
    short: "-s --short",
    domain: "-d --domain",
    full: "-f --fqdn --long",
    address: "-i --ip-address",
    addresses: "-I --all-ip-addresses",
    nis: "-y --yp --nis",
  });
  if (operands.length > 0) return call.unsupported("setting the name of the host");
  if (has("addresses")) return call.unsupported("the addresses of the host");
  if (has("address")) return complain(call, "Name or service not known");
  if (has("nis")) return complain(call, "Local domain name not set");
  const path = "/etc/hostname";
  const isThere = call.root.stat(path)?.kind === "file";
  const written = isThere ? fromBytes(call.root.read(path)).trim() : "";
  const name = written === "" ? "localhost" : written;
  if (has("short")) call.stdout.write(`${name.split(".")[0] ?? ""}\n`);
  else if (has("domain")) call.stdout.write(`${name.split(".").slice(1).join(".")}\n`);
  else call.stdout.write(`${name}\n`);
  return 0;
};

export const nproc: Command = (call) => {
  call.stdout.write("1\n");
  return 0;
};

/** There is no terminal. */
export const tty: Command = (call) => {
  if (!call.args.includes("-s")) call.stdout.write("not a tty\n");
  return 1;
};

/** Does nothing, and that is right: waiting, writing to disks, telling a log. */
export const nothing: Command = () => 0;

export const failure: Command = () => 1;
