import { missingDigest } from "../../stack/images/missing-digest.ts";
import { Anchored, type ManifestMap, type ManifestValue } from "../manifest-value.ts";
import { type Note, noteComment } from "../notes.ts";
import { writeYaml } from "../write-yaml.ts";
import { sharedService } from "./hardening.ts";
import { anchors, decide, engineCapabilities } from "./imported.ts";

/** What a manifest is written from. */
export interface WrittenManifest {
  readonly name: string;
  readonly source: string;
  readonly extensions: ManifestMap;
  /** In the order of the manifest; an empty one is left out. */
  readonly sections: ReadonlyMap<string, ManifestValue>;
  readonly notes: readonly Note[];
}

/** The text of an imported manifest, each note in a comment before what it is nearest to. */
export function writeManifest(manifest: WrittenManifest): string {
  const { name, extensions, source, sections, notes } = manifest;
  return writeYaml({
    head: headOf(manifest),
    entries: [
      ["name", name],
      ...Object.entries(extensions),
      [freeName("x-imported", extensions), sharedParts(source)],
      ...[...sections].filter(([, value]) => isFilled(value)),
    ],
    comments: [
      ...(JSON.stringify(sections.get("images")).includes(missingDigest) ? [digestComment] : []),
      ...notes.map((note) => ({ at: note.at, text: noteComment(note) })),
    ],
    spaced: new Set(["services"]),
  });
}

const digestComment = {
  at: ["images"],
  text: "Zeros stand for digests that nobody has looked up yet: `qclock lock` does, and writes them here.",
};

function isFilled(value: ManifestValue): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

function headOf({ source, notes }: WrittenManifest): string {
  const lost = notes.filter(({ kind }) => kind === "lost").length;
  return `Made by \`qclock import\` from ${source}. ${
    notes.length === 0
      ? "Everything has a counterpart."
      : `What is said in another way, or not at all (${lost}), stands in comments with its place there.`
  } Every \`policy\` below is weaker than qclock's defaults since compose allows it: take it away where the service runs without it, or give its reason.`;
}

function sharedParts(source: string): ManifestMap {
  return {
    reason: new Anchored(anchors.reason, `imported from ${source}, decide whether it is needed`),
    capabilities: new Anchored(anchors.capabilities, engineCapabilities),
    reasons: new Anchored(
      anchors.reasons,
      Object.fromEntries(engineCapabilities.map((capability) => [capability, decide()])),
    ),
    service: new Anchored(anchors.service, sharedService()),
  };
}

function freeName(wanted: string, others: ManifestMap): string {
  return Object.hasOwn(others, wanted) ? freeName(`${wanted}-service`, others) : wanted;
}
