import type { Family } from "../family.ts";

/** Oracle Linux, and what is made of RPM packages like it. */
export const rpmFamily: Family = {
  keysOf: async (os) => (await import("./keys/of.ts")).keysOf(os),
  mirrorsAt: async (urls) => (await import("./repositories/mirrors.ts")).mirrorsAt(urls),
  usualMirrors: async (os) => (await import("./repositories/mirrors.ts")).usualMirrors(os),
  repositoriesAnswer: async (request) =>
    (await import("./repositories/mirrors.ts")).repositoriesAnswer(request),
  loadRepositories: async (request) =>
    (await import("./repositories/repositories.ts")).loadRepositories(request),
  rules: async () => (await import("./relations/rules.ts")).rpmRules,
  findPython: async (packages) => (await import("./python.ts")).findPython(packages),
  readFacts: async (file, { withPaths }) => (await import("./facts.ts")).readFacts(file, withPaths),
  readBuildTime: async (file) => (await import("./facts.ts")).readBuildTime(file),
  arePackagesSigned: true,
  signerOf: async (request) => (await import("./signer.ts")).signerOf(request),
  foreseeConflicts: async (images) =>
    (await import("./image-conflicts.ts")).conflictsOfImages(images),
  contradictionIn: async (unpacked, locked) =>
    (await import("./identity.ts")).contradictionIn(unpacked, locked),
  install: async (request) => (await import("./installation.ts")).install(request),
  essentialPackageOf: async (program) =>
    (await import("./essential-programs.ts")).essentialPackageOf(program),
  scriptRuns: async () => (await import("./run-rules.ts")).rpmRunRules,
  database: async () => (await import("./database.ts")).rpmDatabase,
  findEvidence: async (place, request) =>
    (await import("./evidence.ts")).findEvidence(place, request),
  provePackages: async (request) => (await import("./prove.ts")).provePackages(request),
};
