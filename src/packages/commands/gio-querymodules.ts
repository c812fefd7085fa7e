import type { Command } from "../scripts/command.ts";
import { below, isFolder } from "../scripts/commands/paths.ts";
import { complain } from "../scripts/commands/report.ts";
import { contentOf, replace, unknown } from "./module-file.ts";

/** What modules of GIO and of GTK 4 extend. */
const extensionPoints: Readonly<Record<string, readonly string[]>> = {
  "libdconfsettings.so": ["gsettings-backend"],
  "libgiognomeproxy.so": ["gio-proxy-resolver"],
  "libgiognutls.so": ["gio-tls-backend"],
  "libgiolibproxy.so": ["gio-proxy-resolver"],
  "libgioremote-volume-monitor.so": ["gio-native-volume-monitor", "gio-volume-monitor"],
  "libgvfsdbus.so": ["gio-vfs", "gio-volume-monitor"],
  "libmedia-gstreamer.so": ["gtk-media-file"],
  "libprintbackend-cups.so": ["gtk-print-backend"],
  "libprintbackend-file.so": ["gtk-print-backend"],
};

/**
 * `gio-querymodules`: which modules of a folder extend what. A module that has a function for the
 * question, and is not known here, stops the script.
 */
export const gioQuerymodules: Command = (call) => {
  const { root } = call;
  for (const folder of call.args.map((arg) => call.path(arg))) {
    if (!isFolder(root, folder)) {
      complain(call, `Unable to open directory ${folder}`);
      continue;
    }
    const lines = root.list(folder).flatMap((name) => {
      if (!/^lib.*\.so$/.test(name)) return [];
      const content = contentOf(call, below(folder, name));
      if (!/\bg_io_(?:\w+_)?query\0/.test(content)) return [];
      const points = Object.hasOwn(extensionPoints, name) ? extensionPoints[name] : undefined;
      const isKnown = points?.every((point) => content.includes(point)) === true;
      if (points === undefined || !isKnown) return unknown(call, name);
      return [`${name}: ${points.join(",")}\n`];
    });
    replace(call, below(folder, "giomodule.cache"), lines.join(""));
  }
  return 0;
};
