import { expect, test } from "vitest";
import type { LeftScript } from "../../../../src/packages/installation.ts";
import type { LeftEffect } from "../../../../src/packages/scripts/undone/left-effect.ts";
import type { LockedPackage } from "../../../../src/packages/package.ts";
import type { Verdict } from "../../../../src/verify/check.ts";
import { imageLayerChecks } from "../../../../src/verify/checks/image-layers.ts";
import type { ImageSubject } from "../../../../src/verify/subject.ts";
import { anImageSubject, someFiles } from "../../../support/a-subject.ts";

const rebuild = "Run qclock build.";

function hinted(hint: string, ...evidence: readonly string[]): Verdict {
  return { status: "failed", evidence, hint };
}

function aLeftScript(name: string, ...effects: readonly LeftEffect[]): LeftScript {
  return {
    package: name,
    script: "postinst",
    place: { line: 7 },
    reason: 'it needs the command "make-it"',
    effects,
  };
}

function aLocked(name: string, parts: Partial<LockedPackage> = {}): LockedPackage {
  return {
    name,
    version: "1",
    architecture: "amd64",
    repository: "bookworm",
    path: `pool/${name}.deb`,
    sizeBytes: 1,
    digest: "sha256:d",
    source: name,
    sourceVersion: "1",
    buildTime: 1,
    reasons: [{ type: "requested" }],
    ...parts,
  };
}

function databaseOf(...lines: readonly string[]): Pick<ImageSubject, "files"> {
  const text = lines.map((line) => {
    const [name, version, architecture = "amd64"] = line.split(" ");
    return `Package: ${name}\nStatus: install ok installed\nArchitecture: ${architecture}\nVersion: ${version}\n`;
  });
  return { files: someFiles([], { "var/lib/dpkg/status": text.join("\n") }) };
}

test.each<readonly [id: string, what: string, subject: ImageSubject, verdict: Verdict]>([
  [
    "IMG-022",
    "the layers of its base and one more",
    anImageSubject(),
    { status: "passed", note: "1 of 2 layers are those of base" },
  ],
  [
    "IMG-022",
    "fewer layers than its base",
    anImageSubject({
      details: { diffIds: ["sha256:1"] },
      parent: { name: "base", diffIds: ["sha256:1", "sha256:2"] },
    }),
    hinted(
      "It was built on another base: run qclock build.",
      "layer 2 is missing, in base it is sha256:2",
    ),
  ],
  [
    "IMG-022",
    "two layers that differ",
    anImageSubject({ parent: { name: "base", diffIds: ["sha256:8", "sha256:9"] } }),
    hinted(
      "It was built on another base: run qclock build.",
      "layer 1 is sha256:1, in base it is sha256:8",
    ),
  ],
  [
    "IMG-022",
    "a base that is gone",
    anImageSubject({ parent: { name: "base", diffIds: undefined } }),
    hinted(rebuild, "its base base is not in the Engine"),
  ],
  [
    "IMG-023",
    "no fingerprint",
    anImageSubject({ details: { labels: new Map() } }),
    hinted(rebuild, "it carries no fingerprint"),
  ],
  [
    "IMG-023",
    "another fingerprint",
    anImageSubject({ fingerprint: "sha256:e" }),
    hinted(rebuild, "its inputs have changed since it was built"),
  ],
  [
    "IMG-023",
    "inputs that are not known",
    anImageSubject({ fingerprint: undefined }),
    { status: "skipped", reason: "its inputs are not known to qclock" },
  ],
  [
    "IMG-030",
    "another image",
    anImageSubject({ recorded: new Set(["sha256:x", "sha256:y"]) }),
    hinted(
      "Run qclock build: what is right stays as it is, what is not is replaced.",
      "it is sha256:app, qclock built sha256:x or sha256:y",
    ),
  ],
  [
    "IMG-030",
    "one that is known by its identity alone",
    anImageSubject({ details: { id: "sha256:other" } }),
    { status: "passed" },
  ],
  [
    "IMG-030",
    "one that nothing records",
    anImageSubject({ recorded: new Set() }),
    hinted(
      "Run qclock build: what is right stays as it is, what is not is replaced.",
      "nothing on this machine records that qclock built it from its inputs",
    ),
  ],
  [
    "IMG-030",
    "inputs that are not known",
    anImageSubject({ fingerprint: undefined }),
    { status: "skipped", reason: "its inputs are not known to qclock" },
  ],
  [
    "IMG-027",
    "what is locked",
    anImageSubject({ locked: [aLocked("a"), aLocked("b")], ...databaseOf("a 1", "b 1") }),
    { status: "passed", note: "2 packages" },
  ],
  [
    "IMG-027",
    "another version, another architecture, one that is missing",
    anImageSubject({
      locked: [aLocked("a"), aLocked("b"), aLocked("c")],
      ...databaseOf("a 2", "b 1 i386"),
    }),
    {
      status: "failed",
      evidence: [
        "a:amd64 is locked at 1, the database has 2",
        "b:amd64 is locked at 1, the database has none",
        "c:amd64 is locked at 1, the database has none",
        "b:i386 is in the database and not in the lock",
      ],
    },
  ],
  [
    "IMG-027",
    "one too many",
    anImageSubject({ locked: [aLocked("a")], ...databaseOf("a 1", "nc 1") }),
    { status: "failed", evidence: ["nc:amd64 is in the database and not in the lock"] },
  ],
  [
    "IMG-031",
    "scripts of which nothing is missing",
    anImageSubject({
      leftScripts: [aLeftScript("a", { grade: "cache", text: "the icon cache" }), aLeftScript("b")],
    }),
    { status: "passed" },
  ],
  [
    "IMG-031",
    "a script that would have made something",
    anImageSubject({
      leftScripts: [aLeftScript("a", { grade: "missing", text: "the folder /srv/a" })],
    }),
    hinted(
      "What is missing has to come with the image's files; strict_scripts refuses to build so.",
      'the postinst of a was undone, because in line 7 it needs the command "make-it". Missing: the folder /srv/a. What is needed of that has to come with the image\'s files.',
    ),
  ],
  [
    "IMG-031",
    "an image that was built elsewhere",
    anImageSubject({ leftScripts: undefined }),
    {
      status: "skipped",
      reason: "it was not built on this machine, which alone knows of its scripts",
    },
  ],
  [
    "IMG-031",
    "an image of a Dockerfile",
    anImageSubject({ locked: undefined }),
    { status: "skipped", reason: "qclock did not assemble it, so no package of it is known" },
  ],
  ["IMG-032", "an image of data alone", anImageSubject(), { status: "passed" }],
  [
    "IMG-032",
    "layers of scripts that were run, one of them elsewhere",
    anImageSubject({ runLayers: ["locales, tex-common", undefined] }),
    hinted(
      "What it holds is pinned by the lock's `run_layer`; `scripts: interpret` does without.",
      "a layer was made by running scripts of locales, tex-common",
      "a layer was made by running scripts of its packages",
    ),
  ],
  [
    "IMG-032",
    "an image of a Dockerfile",
    anImageSubject({ locked: undefined }),
    { status: "skipped", reason: "qclock did not assemble it, so no package of it is known" },
  ],
  [
    "IMG-033",
    "scripts of which something is known to be missing, and files that matter less",
    anImageSubject({
      unmetNeeds: [
        { path: "usr/bin/start", kind: "command", needs: "sed", package: "sed" },
        { path: "usr/lib/plugin.so", kind: "library", needs: "libx.so.1" },
        { path: "usr/sbin/adduser", kind: "interpreter", needs: "/usr/bin/perl" },
      ],
    }),
    hinted(
      "Add the packages that bring it, or the files.",
      "/usr/bin/start uses sed, which no layer has. The package sed would bring it; `essential: true` brings all that packages count on.",
    ),
  ],
  ["IMG-033", "files that have what they need", anImageSubject(), { status: "passed" }],
  [
    "IMG-033",
    "an image that was built elsewhere",
    anImageSubject({ unmetNeeds: undefined }),
    {
      status: "skipped",
      reason: "it was not built on this machine, which alone has looked through it",
    },
  ],
  [
    "IMG-033",
    "an image of a Dockerfile",
    anImageSubject({ locked: undefined }),
    { status: "skipped", reason: "qclock did not assemble it, so its files are not known" },
  ],
  [
    "IMG-029",
    "packages that are proved",
    anImageSubject({ locked: [aLocked("a"), aLocked("b")] }),
    { status: "passed", note: "2 packages" },
  ],
  [
    "IMG-029",
    "one that is not",
    anImageSubject({ locked: [aLocked("a"), aLocked("b", { unsigned: true })] }),
    hinted(
      "Move them with qclock lock --update, or load a bundle that proves them.",
      "nothing proves b 1, which --allow-unsigned took",
    ),
  ],
  [
    "IMG-029",
    "an image of a Dockerfile",
    anImageSubject({ locked: undefined }),
    {
      status: "skipped",
      reason: "qclock did not assemble it, so no lock says what it holds",
    },
  ],
])("%s of %s", (id, _what, subject, verdict) => {
  expect(imageLayerChecks.find((check) => check.id === id)?.run(subject)).toEqual(verdict);
});
