import { createHash } from "node:crypto";
import { fromBytes } from "../bytes.ts";
import type { Command, CommandCall } from "../command.ts";
import { RootError } from "../root.ts";
import { countText, linesOf } from "./lines.ts";
import { readOptions } from "./options.ts";
import { complain } from "./report.ts";

/** `md5sum` and its kin. */
export function checksum(
  algorithm: "md5" | "sha1" | "sha224" | "sha256" | "sha384" | "sha512",
): Command {
  return (call) => {
    const { has, operands } = readOptions(call, {
      binary: "-b --binary",
      check: "-c --check",
      text: "-t --text",
      ignoreMissing: "--ignore-missing",
      quiet: "--quiet",
      status: "--status",
      strict: "--strict",
      warn: "-w --warn",
      zero: "-z --zero",
    });
    const names = operands.length === 0 ? ["-"] : operands;
    const sumOf = (name: string): string => {
      const bytes = name === "-" ? call.stdin.readAll() : call.readFile(name);
      countText(call, bytes);
      return createHash(algorithm).update(bytes).digest("hex");
    };
    let status = 0;
    for (const name of names) {
      try {
        if (has("check")) {
          const isGood = check(call, name, sumOf, {
            isSilent: has("status"),
            isQuiet: has("quiet"),
            ignoresMissing: has("ignoreMissing"),
          });
          if (!isGood) status = 1;
        } else {
          const mark = has("binary") ? "*" : " ";
          call.stdout.write(`${sumOf(name)} ${mark}${name}${has("zero") ? "\0" : "\n"}`);
        }
      } catch (error) {
        if (!(error instanceof RootError)) throw error;
        status = complain(call, `${name}: ${error.message}`);
      }
    }
    return status;
  };
}

function check(
  call: CommandCall,
  list: string,
  sumOf: (name: string) => string,
  options: {
    readonly isSilent: boolean;
    readonly isQuiet: boolean;
    readonly ignoresMissing: boolean;
  },
): boolean {
  const bytes = list === "-" ? call.stdin.readAll() : call.readFile(list);
  let odd = 0;
  let wrong = 0;
  let unread = 0;
  let right = 0;
  let isList = false;
  for (const line of linesOf(fromBytes(bytes))) {
    const entry = /^([\dA-Fa-f]+) [ *](.+)$/.exec(line);
    if (entry === null) {
      odd++;
      continue;
    }
    isList = true;
    const [, sum = "", name = ""] = entry;
    const say = (verdict: string): void => {
      if (!options.isSilent) call.stdout.write(`${name}: ${verdict}\n`);
    };
    try {
      if (sumOf(name) === sum.toLowerCase()) {
        right++;
        if (!options.isQuiet) say("OK");
      } else {
        wrong++;
        say("FAILED");
      }
    } catch (error) {
      if (!(error instanceof RootError)) throw error;
      if (options.ignoresMissing) continue;
      unread++;
      complain(call, `${name}: ${error.message}`);
      say("FAILED open or read");
    }
  }
  if (!isList) {
    complain(call, `${list}: no properly formatted checksum lines found`);
    return false;
  }
  if (!options.isSilent) {
    if (odd > 0) warn(odd, "line is", "lines are", "improperly formatted");
    if (unread > 0) warn(unread, "listed file", "listed files", "could not be read");
    if (wrong > 0) warn(wrong, "computed checksum", "computed checksums", "did NOT match");
    if (options.ignoresMissing && right + wrong === 0) {
      complain(call, `${list}: no file was verified`);
    }
  }
  return wrong === 0 && unread === 0 && !(options.ignoresMissing && right === 0);

  function warn(count: number, one: string, many: string, what: string): void {
    complain(call, `WARNING: ${count} ${count === 1 ? one : many} ${what}`);
  }
}
