import type { FinishStep } from "./finish.ts";

const MAIL_GROUP = 8;
const UTMP_GROUP = 43;

const DIRECTORIES = ["mnt", "srv", "opt", "etc/opt", "var/opt", "media"];
const LOCAL_DIRECTORIES = ["", "/share", "/bin", "/lib", "/sbin", "/etc"].map(
  (name) => `usr/local${name}`,
);

/**
 * What base-files' script makes: folders, links into /run, the files that log-ins are recorded in.
 * Source: its postinst, 12.4.
 */
export const baseFiles: FinishStep = {
  name: "base-files",
  packages: ["base-files"],
  async apply(target) {
    if (target.kindOf("usr/share/base-files/profile") === undefined) return;
    for (const [name, path] of [
      ["profile", "etc/profile"],
      ["motd", "etc/motd"],
      ["dot.profile", "root/.profile"],
      ["dot.bashrc", "root/.bashrc"],
    ] as const) {
      const text = await target.readText(`usr/share/base-files/${name}`);
      if (text !== undefined && target.kindOf(path) === undefined) target.addFile(path, text);
    }
    for (const path of [...DIRECTORIES, ...LOCAL_DIRECTORIES]) {
      if (target.kindOf(path) === undefined) target.addDirectory(path, 0o755);
    }
    if (target.kindOf("var/mail") === undefined) {
      target.addDirectory("var/mail", 0o2775, { uid: 0, gid: MAIL_GROUP });
    }
    if (target.kindOf("var/spool/mail") === undefined) target.addLink("var/spool/mail", "../mail");
    if (target.kindOf("run/lock") === undefined) target.addDirectory("run/lock", 0o1777);
    target.addLink("var/run", "/run");
    target.addLink("var/lock", "/run/lock");
    if (target.kindOf("etc/dpkg/origins/default") === undefined) {
      target.addLink("etc/dpkg/origins/default", "debian");
    }
    for (const [name, mode] of [
      ["wtmp", 0o664],
      ["btmp", 0o660],
      ["lastlog", 0o664],
    ] as const) {
      target.addFile(`var/log/${name}`, "", mode, { uid: 0, gid: UTMP_GROUP });
    }
    // Empty, so that whoever needs one makes it at run time and no two containers share it.
    if (target.kindOf("etc/machine-id") === undefined) target.addFile("etc/machine-id", "", 0o444);
  },
};
