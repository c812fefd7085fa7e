import { type LeftOut, sharedLeftOut } from "../../commands/left-out.ts";

/** Programs that do nothing, successfully, and why that is right. */
export const leftOut: ReadonlyMap<string, LeftOut> = new Map<string, LeftOut>([
  ...sharedLeftOut,
  // Labels of SELinux are the Engine's: it gives them to all files of a container.
  ["fixfiles", "host"],
  ["load_policy", "host"],
  ["semanage", "host"],
  ["semodule", "host"],
  ["setfiles", "host"],
  ["setsebool", "host"],
  ["dracut", "host"],
  ["firewall-cmd", "host"],
  ["grub2-mkconfig", "host"],
  ["grubby", "host"],
  ["new-kernel-pkg", "host"],
  ["weak-modules", "host"],
  // It is only faster to load than the text files, which glibc reads without it.
  ["iconvconfig", "cache"],
  ["iconvconfig.x86_64", "cache"],
  ["journalctl", "host"],
  ["makewhatis", "cache"],
  ["update-mime-database", "cache"],
  ["postgresql-setup", "data"],
]);
