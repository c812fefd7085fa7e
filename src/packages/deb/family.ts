import type { Family } from "../family.ts";

/** Debian and what is made like it. */
export const debFamily: Family = {
  keysOf: async (os) => (await import("./keys/of.ts")).keysOf(os),
  mirrorsAt: async (urls) => (await import("./mirrors.ts")).mirrorsAt(urls),
  usualMirrors: async (os) => (await import("./mirrors.ts")).hostMirrors(os),
  repositoriesAnswer: async (request) => (await import("./mirrors.ts")).repositoriesAnswer(request),
  loadRepositories: async (request) =>
    (await import("./repositories.ts")).loadRepositories(request),
  rules: async () => (await import("./rules.ts")).debRules,
  findPython: async (packages) => (await import("./python.ts")).findPython(packages),
  readFacts: async (file, { withPaths }) => (await import("./facts.ts")).readFacts(file, withPaths),
  arePackagesSigned: false,
  signerOf: async () => undefined,
  readBuildTime: async (file) => (await import("./facts.ts")).readBuildTime(file),
  foreseeConflicts: async (images) =>
    (await import("./image-conflicts.ts")).conflictsOfImages(images),
  contradictionIn: async (unpacked, locked) =>
    (await import("./control.ts")).contradictionIn(unpacked, locked),
  install: async (request) => (await import("./installation.ts")).install(request),
  essentialPackageOf: async (program) =>
    (await import("./essential-programs.ts")).essentialPackageOf(program),
  scriptRuns: async () => (await import("./install/run-rules.ts")).debRunRules,
  database: async () => (await import("./database.ts")).debDatabase,
  findEvidence: async (place, request) =>
    (await import("./evidence.ts")).findEvidence(place, request),
  provePackages: async (request) => (await import("./prove.ts")).provePackages(request),
};
