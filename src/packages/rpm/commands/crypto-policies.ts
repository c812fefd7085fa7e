import { readLines } from "../../commands/lines-file.ts";
import type { Command } from "../../scripts/command.ts";
import { readOptions } from "../../scripts/commands/options.ts";
import { isFolder } from "../../scripts/commands/paths.ts";
import { complain } from "../../scripts/commands/report.ts";
import { putFile, putFolder, putLink } from "../../scripts/root-files.ts";

const POLICIES = "/usr/share/crypto-policies";
const FOLDER = "/etc/crypto-policies";

/**
 * `update-crypto-policies`: the settings of each library follow the policy of the system, which
 * `--set` changes. Policies with subpolicies, and settings of the machine's own, are not known
 * here.
 *
 * Source: update-crypto-policies(8).
 */
export const updateCryptoPolicies: Command = (call) => {
  const { has, value, operands } = readOptions(call, {
    set: "--set=",
    check: "--no-check",
    reload: "--no-reload",
    show: "--show",
    fips: "--is-applied",
  });
  const { root } = call;
  const config = `${FOLDER}/config`;
  const [current = "DEFAULT"] = readLines(call, config).filter((line) => /^[^#\s]/.test(line));
  if (has("show")) {
    call.stdout.write(`${current}\n`);
    return 0;
  }
  if (has("fips") || operands.length > 0) return call.unsupported("update-crypto-policies so");
  const policy = (value("set") ?? current).trim();
  if (!/^[A-Z0-9-]+$/.test(policy)) return call.unsupported(`the crypto policy "${policy}"`);
  const source = `${POLICIES}/${policy}`;
  if (!isFolder(root, source)) return complain(call, `Unknown policy \`${policy}\`.`);
  const local = `${FOLDER}/local.d`;
  if (isFolder(root, local) && root.list(local).length > 0)
    return call.unsupported("crypto policies with settings in local.d");
  if (has("set")) putFile(root, config, `${policy}\n`);
  putFolder(root, `${FOLDER}/back-ends`);
  putFolder(root, `${FOLDER}/state`);
  putFile(root, `${FOLDER}/state/current`, `${policy}\n`);
  for (const name of root.list(source)) {
    const link = `${FOLDER}/back-ends/${name.replace(/\..*$/, "")}.config`;
    if (root.lstat(link) !== undefined) root.remove(link);
    putLink(root, link, `${source}/${name}`);
  }
  return 0;
};
