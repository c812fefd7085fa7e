import type { Command, CommandTable } from "../command.ts";
import { awk } from "./awk.ts";
import { basename, dirname } from "./basename.ts";
import { cat } from "./cat.ts";
import { checksum } from "./checksum.ts";
import { chmod } from "./chmod.ts";
import { chown } from "./chown.ts";
import { cmp, comm, diff } from "./compare.ts";
import { cp } from "./cp.ts";
import { cut } from "./cut.ts";
import { date } from "./date.ts";
import { echo, printf } from "./echo.ts";
import { base64, fold, tac } from "./encode.ts";
import { env, nice, nohup, printenv, timeout } from "./env.ts";
import { expr } from "./expr.ts";
import { find } from "./find.ts";
import { getent } from "./getent.ts";
import { getopt } from "./getopt.ts";
import { grep } from "./grep.ts";
import { gzip } from "./gzip.ts";
import { head, tail } from "./head.ts";
import { groups, id, whoami } from "./id.ts";
import { install } from "./install.ts";
import { ln } from "./ln.ts";
import { ls } from "./ls.ts";
import { mkdir } from "./mkdir.ts";
import { mktemp, tempfile } from "./mktemp.ts";
import { mv } from "./mv.ts";
import { readlink } from "./readlink.ts";
import { realpath } from "./realpath.ts";
import { rm } from "./rm.ts";
import { rmdir } from "./rmdir.ts";
import { sed } from "./sed.ts";
import { seq } from "./seq.ts";
import { sort } from "./sort.ts";
import { stat } from "./stat.ts";
import {
  arch,
  failure,
  hostname,
  type MachineFacts,
  nothing,
  nproc,
  tty,
  uname,
} from "./system.ts";
import { tee } from "./tee.ts";
import { touch } from "./touch.ts";
import { tr } from "./tr.ts";
import { uniq } from "./uniq.ts";
import { wc } from "./wc.ts";
import { runParts, which } from "./which.ts";
import { xargs } from "./xargs.ts";

/**
 * The commands that every distribution has. Each knows the options that it lists; with any other
 * one the script needs more than is here.
 */
export function baseCommands(machine: MachineFacts): CommandTable {
  return new Map<string, Command>([
    ["arch", arch(machine)],
    ["awk", awk],
    ["base64", base64],
    ["basename", basename],
    ["cat", cat],
    ["chgrp", chown],
    ["chmod", chmod],
    ["chown", chown],
    ["cmp", cmp],
    ["comm", comm],
    ["cp", cp],
    ["cut", cut],
    ["date", date],
    ["diff", diff],
    ["dirname", dirname],
    ["echo", echo],
    ["egrep", grep],
    ["env", env],
    ["expr", expr],
    ["false", failure],
    ["fgrep", grep],
    ["find", find],
    ["fold", fold],
    ["getent", getent],
    ["getopt", getopt],
    ["grep", grep],
    ["groups", groups],
    ["head", head],
    ["hostname", hostname],
    ["gunzip", gzip],
    ["gzip", gzip],
    ["id", id],
    ["install", install],
    ["ionice", nice],
    ["ln", ln],
    ["logger", nothing],
    ["ls", ls],
    ["mawk", awk],
    ["md5sum", checksum("md5")],
    ["mkdir", mkdir],
    ["mktemp", mktemp],
    ["mv", mv],
    ["nice", nice],
    ["nohup", nohup],
    ["nproc", nproc],
    ["printenv", printenv],
    ["printf", printf],
    ["readlink", readlink],
    ["realpath", realpath],
    ["rm", rm],
    ["rmdir", rmdir],
    ["run-parts", runParts],
    ["sed", sed],
    ["seq", seq],
    ["sha1sum", checksum("sha1")],
    ["sha224sum", checksum("sha224")],
    ["sha256sum", checksum("sha256")],
    ["sha384sum", checksum("sha384")],
    ["sha512sum", checksum("sha512")],
    ["sleep", nothing],
    ["sort", sort],
    ["stat", stat],
    ["stty", failure],
    ["sync", nothing],
    ["tac", tac],
    ["tail", tail],
    ["tee", tee],
    ["tempfile", tempfile],
    ["timeout", timeout],
    ["touch", touch],
    ["tput", failure],
    ["tr", tr],
    ["true", nothing],
    ["tty", tty],
    ["uname", uname(machine)],
    ["uniq", uniq],
    ["wc", wc],
    ["which", which],
    ["whoami", whoami],
    ["xargs", xargs],
    ["zcat", gzip],
  ]);
}
