import { countOf } from "../../count.ts";
import { describeLeftScript } from "../../image/left-scripts.ts";
import { describeUnmetNeeds } from "../../image/needs/unmet-need.ts";
import { labels } from "../../stack/labels.ts";
import { namesOf } from "../../packages/proof/unproved.ts";
import { type Check, judge, passed, skipped } from "../check.ts";
import type { ImageSubject } from "../subject.ts";

/** Rules over where an image comes from: its layers, its fingerprint, its packages. */
export const imageLayerChecks: readonly Check<ImageSubject>[] = [
  {
    id: "IMG-022",
    title: "the layers of its base are the first of its own",
    severity: "high",
    sources: ["qclock"],
    run({ parent, details }) {
      if (parent === undefined) return passed("stands on nothing");
      const { diffIds } = parent;
      if (diffIds === undefined)
        return judge([`its base ${parent.name} is not in the Engine`], "Run qclock build.");
      const differing = diffIds.findIndex((diffId, index) => details.diffIds[index] !== diffId);
      if (differing === -1)
        return passed(
          `${diffIds.length} of ${countOf(details.diffIds.length, "layer")} are those of ${parent.name}`,
        );
      return judge(
        [
          `layer ${differing + 1} is ${details.diffIds[differing] ?? "missing"}, in ${parent.name} it is ${diffIds[differing]}`,
        ],
        "It was built on another base: run qclock build.",
      );
    },
  },
  {
    id: "IMG-023",
    title: "was built from this manifest, this lock and these files",
    severity: "critical",
    sources: ["qclock"],
    run({ fingerprint, details }) {
      if (fingerprint === undefined) return skipped("its inputs are not known to qclock");
      const found = details.labels.get(labels.fingerprint);
      if (found === fingerprint) return passed();
      return judge(
        [
          found === undefined
            ? "it carries no fingerprint"
            : "its inputs have changed since it was built",
        ],
        "Run qclock build.",
      );
    },
  },
  {
    id: "IMG-030",
    title: "is the image that qclock built, and not another one under its name",
    severity: "critical",
    sources: ["qclock"],
    run({ fingerprint, recorded, details }) {
      if (fingerprint === undefined) return skipped("its inputs are not known to qclock");
      const { id, identity } = details;
      if (recorded.has(identity) || recorded.has(id)) return passed();
      return judge(
        [
          recorded.size === 0
            ? "nothing on this machine records that qclock built it from its inputs"
            : `it is ${identity}, qclock built ${[...recorded].join(" or ")}`,
        ],
        "Run qclock build: what is right stays as it is, what is not is replaced.",
      );
    },
  },
  {
    id: "IMG-027",
    title: "its package database lists exactly the locked packages",
    severity: "high",
    sources: ["CIS 4.7", "DL3008"],
    run({ locked, files, database }) {
      if (locked === undefined)
        return skipped("qclock did not assemble it, so no lock says what it holds");
      const { packages: installed } = files;
      if (installed === undefined) return judge([`there is no /${database.path}`]);
      const wanted = new Map(
        locked.map(({ name, version, architecture }) => [`${name}:${architecture}`, version]),
      );
      const missing = [...wanted].filter(([key, version]) => installed.get(key) !== version);
      const foreign = [...installed.keys()].filter((key) => !wanted.has(key));
      if (missing.length === 0 && foreign.length === 0)
        return passed(countOf(wanted.size, "package"));
      return judge([
        ...missing.map(
          ([key, version]) =>
            `${key} is locked at ${version}, the database has ${installed.get(key) ?? "none"}`,
        ),
        ...foreign.map((key) => `${key} is in the database and not in the lock`),
      ]);
    },
  },
  {
    id: "IMG-031",
    title: "the scripts of its packages were interpreted to their end",
    severity: "low",
    sources: ["qclock"],
    run({ locked, leftScripts }) {
      if (locked === undefined)
        return skipped("qclock did not assemble it, so no package of it is known");
      if (locked.length === 0) return passed("it has no packages");
      if (leftScripts === undefined)
        return skipped("it was not built on this machine, which alone knows of its scripts");
      return judge(
        leftScripts
          .filter(({ effects }) => effects.some(({ grade }) => grade === "missing"))
          .map(describeLeftScript),
        "What is missing has to come with the image's files; strict_scripts refuses to build so.",
      );
    },
  },
  {
    id: "IMG-032",
    title: "it is made of data alone: no script of a package was run for it",
    severity: "low",
    sources: ["qclock"],
    run({ locked, runLayers }) {
      if (locked === undefined)
        return skipped("qclock did not assemble it, so no package of it is known");
      return judge(
        runLayers.map(
          (packages) => `a layer was made by running scripts of ${packages ?? "its packages"}`,
        ),
        "What it holds is pinned by the lock's `run_layer`; `scripts: interpret` does without.",
      );
    },
  },
  {
    id: "IMG-033",
    title: "its programs, and the scripts that it starts, find what they need",
    severity: "low",
    sources: ["qclock"],
    run({ locked, unmetNeeds }) {
      if (locked === undefined)
        return skipped("qclock did not assemble it, so its files are not known");
      if (unmetNeeds === undefined)
        return skipped("it was not built on this machine, which alone has looked through it");
      return judge(
        describeUnmetNeeds(unmetNeeds)
          .filter(({ level }) => level === "warning")
          .map(({ text }) => text),
        "Add the packages that bring it, or the files.",
      );
    },
  },
  {
    id: "IMG-029",
    title: "each of its packages is proved to be the distribution's",
    severity: "medium",
    sources: ["SLSA", "apt-secure"],
    run({ locked }) {
      if (locked === undefined)
        return skipped("qclock did not assemble it, so no lock says what it holds");
      const names = namesOf(locked.filter(({ unsigned }) => unsigned === true));
      if (names.length === 0) return passed(countOf(locked.length, "package"));
      return judge(
        names.map((name) => `nothing proves ${name}, which --allow-unsigned took`),
        "Move them with qclock lock --update, or load a bundle that proves them.",
      );
    },
  },
];
