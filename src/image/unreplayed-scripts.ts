import type { InstalledPackage } from "../packages/deb/dpkg-database.ts";
import { finishSteps } from "../packages/deb/finish/steps.ts";

/** Lines of a script that change nothing in an image: guards, helpers of a running system, caches that are rebuilt. */
const HARMLESS =
  /^\s*(?:#.*|set .*|exit.*|true|:|fi|done|esac|;;|then|else|if .*|case .*|\(?[\w|" -]+\)\s*|}|\{|.*(?:deb-systemd|systemctl|invoke-rc\.d|update-rc\.d|ldconfig|py3compile|dpkg-maintscript-helper|dpkg-trigger|update-mime|udevadm|apparmor|debconf|db_).*)?\s*$/;

/** Say once which packages have a script whose effect nobody replays. */
export function reportScripts(
  installed: readonly InstalledPackage[],
  onNotice: (message: string) => void,
): void {
  const replayed = new Set(finishSteps.flatMap(({ packages }) => packages));
  for (const name of ["base-passwd", "dpkg", "usrmerge", "libc6"]) replayed.add(name);
  const unknown = installed.filter(({ name, controlFiles }) => {
    const script = controlFiles.get("postinst");
    if (script === undefined || replayed.has(name)) return false;
    return script.split("\n").some((line) => !HARMLESS.test(line));
  });
  if (unknown.length === 0) return;
  onNotice(
    `The scripts of these packages are not run and not replayed: ${unknown.map(({ name }) => name).join(", ")}`,
  );
}
