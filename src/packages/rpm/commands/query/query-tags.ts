import { fromText } from "../../../scripts/bytes.ts";
import { filePathsOf } from "../../header/file-paths.ts";
import type { RpmHeader } from "../../header/header.ts";
import { tags } from "../../header/tags.ts";

/** The values of a tag as rpm prints them, strings of bytes; none where the package has none. */
type TagValues = (header: RpmHeader, now: number) => readonly string[];

const texts =
  (tag: number): TagValues =>
  (header) =>
    header.texts(tag).map(fromText);

/** Of several languages the first one counts. */
const text =
  (tag: number): TagValues =>
  (header) =>
    texts(tag)(header, 0).slice(0, 1);

const numbers =
  (tag: number): TagValues =>
  (header) =>
    header.bigints(tag).map(String);

const epochOf = (header: RpmHeader): number | undefined => header.numbers(tags.epoch)[0];

/** Name, version, release and architecture in one, with the epoch where there is one. */
const joined =
  (parts: {
    readonly name?: true;
    readonly epoch?: true;
    readonly architecture?: true;
  }): TagValues =>
  (header) => {
    const [name = "", version = "", release = "", architecture = ""] = [
      tags.name,
      tags.version,
      tags.release,
      tags.architecture,
    ].map((tag) => header.text(tag));
    const epoch = parts.epoch === true ? epochOf(header) : undefined;
    const before = parts.name === true ? `${name}-` : "";
    const behind = parts.architecture === true ? `.${architecture}` : "";
    return [
      fromText(`${before}${epoch === undefined ? "" : `${epoch}:`}${version}-${release}${behind}`),
    ];
  };

/** Tags that scripts ask for. Source: rpm 4.16, lib/rpmtag.h and lib/tagexts.c. */
const known: ReadonlyMap<string, TagValues> = new Map<string, TagValues>([
  ["NAME", text(tags.name)],
  ["VERSION", text(tags.version)],
  ["RELEASE", text(tags.release)],
  ["EPOCH", numbers(tags.epoch)],
  ["EPOCHNUM", (header) => [String(epochOf(header) ?? 0)]],
  ["ARCH", text(tags.architecture)],
  ["OS", text(tags.os)],
  ["EVR", joined({ epoch: true })],
  ["NVR", joined({ name: true })],
  ["NEVR", joined({ name: true, epoch: true })],
  ["NVRA", joined({ name: true, architecture: true })],
  ["NEVRA", joined({ name: true, epoch: true, architecture: true })],
  ["SUMMARY", text(tags.summary)],
  ["DESCRIPTION", text(tags.description)],
  ["LICENSE", text(tags.license)],
  ["VENDOR", text(tags.vendor)],
  ["DISTRIBUTION", text(tags.distribution)],
  ["PACKAGER", text(tags.packager)],
  ["GROUP", text(tags.group)],
  ["URL", text(tags.url)],
  ["SOURCERPM", text(tags.sourceRpm)],
  ["MODULARITYLABEL", text(tags.modularityLabel)],
  ["BUILDHOST", text(tags.buildHost)],
  ["BUILDTIME", numbers(tags.buildTime)],
  [
    "INSTALLTIME",
    // What is installed with the script has the image's time, as all of it has.
    (header, now) =>
      header.has(tags.installTime) ? numbers(tags.installTime)(header, now) : [String(now)],
  ],
  ["SIZE", numbers(tags.size)],
  [
    "LONGSIZE",
    (header) => numbers(header.has(tags.longSize) ? tags.longSize : tags.size)(header, 0),
  ],
  ["PROVIDENAME", texts(tags.provideName)],
  ["PROVIDEVERSION", texts(tags.provideVersion)],
  ["REQUIRENAME", texts(tags.requireName)],
  ["REQUIREVERSION", texts(tags.requireVersion)],
  ["CONFLICTNAME", texts(tags.conflictName)],
  ["CONFLICTVERSION", texts(tags.conflictVersion)],
  ["OBSOLETENAME", texts(tags.obsoleteName)],
  ["OBSOLETEVERSION", texts(tags.obsoleteVersion)],
  ["BASENAMES", texts(tags.baseNames)],
  ["DIRNAMES", texts(tags.directoryNames)],
  ["FILENAMES", (header) => filePathsOf(header).map(fromText)],
]);

/** What a tag's name means; undefined for one that is not known here. Case does not matter. */
export function queryTag(name: string): TagValues | undefined {
  return known.get(name.toUpperCase().replace(/^RPMTAG_/, ""));
}

/** As `rpm -q` prints a package: `bash-5.1.8-9.el9.x86_64`. */
export function printedName(header: RpmHeader): string {
  return joined({ name: true, architecture: true })(header, 0)[0] ?? "";
}
