import type { ScriptRunRules } from "../script-run.ts";

/**
 * How scripts of RPM's packages are run. None asks for another: triggers are of a transaction, and
 * what a script that is run makes is part of none.
 */
export const rpmRunRules: ScriptRunRules = {
  requestFolder: "/run/rpm-requests",
  requestFile: "requests",
  requested: () => [],
  leftOut: [
    "etc/.pwd.lock",
    "var/cache/ldconfig/aux-cache",
    "var/lib/rpm/.rpm.lock",
    "var/lib/rpm/rpmdb.sqlite-shm",
    "var/lib/rpm/rpmdb.sqlite-wal",
  ],
};
