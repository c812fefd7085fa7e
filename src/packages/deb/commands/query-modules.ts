import type { Command, CommandCall } from "../../scripts/command.ts";
import { baseName } from "../../scripts/commands/options.ts";
import { below, folderOf, isFolder, lastName } from "../../scripts/commands/paths.ts";
import { inputMethods, pixbufLoaders } from "./known-modules.ts";
import { contentOf, replace, unknown } from "../../commands/module-file.ts";
import { readStatus } from "./status.ts";

/** `gdk-pixbuf-query-loaders` for the loaders that it is given: which images each one reads. */
export const pixbufQueryLoaders: Command = (call) => {
  if (call.args.length === 0 || call.args.some((arg) => !arg.startsWith("/"))) {
    return call.unsupported("gdk-pixbuf-query-loaders without the paths of loaders");
  }
  const version = upstreamVersion(call, "libgdk-pixbuf-2.0-0");
  call.stdout.write(
    [
      "# GdkPixbuf Image Loader Modules file",
      "# Automatically generated file, do not edit",
      `# Created by ${baseName(call.name)} from gdk-pixbuf-${version}`,
      "#",
      "",
    ].join("\n"),
  );
  for (const path of call.args) {
    const lines = linesOf(call, path, pixbufLoaders[lastName(path)]);
    call.stdout.write([`"${path}"`, ...lines, "", ""].join("\n"));
  }
  call.stdout.write("\n");
  return 0;
};

/** Of GTK 2 and 3: the version in the names of folders, and where else modules may be. */
const GTK = {
  "2.0": { folder: "2.10.0", domain: "gtk20", package: "libgtk2.0-0", title: "gtk+" },
  "3.0": { folder: "3.0.0", domain: "gtk30", package: "libgtk-3-0", title: "gtk+" },
} as const;

/** `gtk-query-immodules-3.0 --update-cache`, and that of GTK 2: the input methods of GTK. */
export const gtkQueryImmodules: Command = (call) => {
  const release = call.name.endsWith("-2.0") ? "2.0" : "3.0";
  const { folder, domain, package: owner, title } = GTK[release];
  // Beside the libraries, in a folder that is named for the package.
  const libraries = folderOf(folderOf(call.name));
  if (call.args.join(" ") !== "--update-cache" || !libraries.startsWith("/usr/lib/")) {
    return call.unsupported(`${baseName(call.name)} without --update-cache`);
  }
  const places = modulePlaces(libraries, release, folder);
  const home = below(libraries, `gtk-${release}/${folder}/immodules`);
  if (places.some((place) => place !== home && isFolder(call.root, place))) {
    return call.unsupported("input methods in other folders");
  }
  const names = isFolder(call.root, home) ? call.root.list(home) : [];
  const blocks = names
    .filter((name) => name.endsWith(".so"))
    .map((name) => {
      const path = below(home, name);
      const rows = inputMethods[`${release}/${name}`] ?? inputMethods[name];
      const lines = linesOf(
        call,
        path,
        rows?.map((row) => row.replace("gtkNN", domain)),
      );
      return [`"${path}" `, ...lines, "", ""].join("\n");
    });
  const head = [
    "# GTK+ Input Method Modules file",
    "# Automatically generated file, do not edit",
    `# Created by ${call.name} from ${title}-${upstreamVersion(call, owner)}`,
    "#",
    `# ModulesPath = ${places.join(":")}`,
    "#",
    "",
  ];
  replace(call, `${home}.cache`, [head.join("\n"), ...blocks].join(""));
  return 0;
};

/** Where GTK looks for modules, in its order. */
function modulePlaces(
  libraries: string,
  release: "2.0" | "3.0",
  folder: string,
): readonly string[] {
  const machine = lastName(libraries);
  const vendor = machine.startsWith("x86_64") ? "pc" : "unknown";
  const host = release === "3.0" ? "linux" : machine.replace("-", `-${vendor}-`);
  const roots =
    release === "3.0"
      ? [`${libraries}/gtk-3.0`]
      : ["/root/.gtk-2.0", `${libraries}/gtk-2.0`, "/usr/lib/gtk-2.0"];
  return roots.flatMap((root) =>
    [`${folder}/${host}`, folder, host, ""].map((step) =>
      [root, step, "immodules"].filter((part) => part !== "").join("/"),
    ),
  );
}

/** What is known of a module, when its file holds the texts that the lines name. */
function linesOf(
  call: CommandCall,
  path: string,
  lines: readonly string[] | undefined,
): readonly string[] {
  if (lines === undefined) return unknown(call, lastName(path));
  const content = contentOf(call, path);
  // The longest text tells modules of one name apart.
  const [first = ""] = lines;
  const [longest = ""] = first.split('"').toSorted((a, b) => b.length - a.length);
  return content.includes(longest) ? lines : unknown(call, lastName(path));
}

function upstreamVersion(call: CommandCall, name: string): string {
  const entry = readStatus(call.root).find(
    (each) => each.get("package")?.startsWith(name) === true,
  );
  const version = /^(?:\d+:)?([\d.]+)/.exec(entry?.get("version") ?? "")?.[1];
  return version ?? call.unsupported(`the version of ${name}`);
}
