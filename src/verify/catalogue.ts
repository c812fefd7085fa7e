import { type CheckInfo } from "./check.ts";
import { containerChecks } from "./checks/container.ts";
import { imageConfigChecks } from "./checks/image-config.ts";
import { imageFileChecks } from "./checks/image-files.ts";
import { imageLayerChecks } from "./checks/image-layers.ts";
import { serviceNetworkChecks, stackNetworkChecks } from "./checks/network.ts";

/** Every probe of the manifest is a check of its own under this id. */
export const probeCheck: CheckInfo = {
  id: "PRB-001",
  title: "its probes answer",
  severity: "critical",
  sources: ["goss http"],
};

/** Takes as long as a build from nothing, and is run when it is asked for. */
export const rebuildCheck: CheckInfo = {
  id: "IMG-024",
  title: "built again from nothing it is the same, byte for byte",
  severity: "high",
  sources: ["SLSA", "reproducible-builds"],
};

/** What keeps a check from being carried out is a finding of its own: a proof with a hole is none. */
export const completeCheck: CheckInfo = {
  id: "VER-001",
  title: "every check could be carried out",
  severity: "critical",
  sources: ["qclock"],
};

/** The root of trust is the distribution's key: what the lock says of a package is believed when a signed index says so. */
export const proofCheck: CheckInfo = {
  id: "PKG-001",
  title: "every package of the lock is proved by the distribution's signature",
  severity: "critical",
  sources: ["SLSA", "apt-secure"],
};

export const imageChecks = [...imageConfigChecks, ...imageFileChecks, ...imageLayerChecks].toSorted(
  byId,
);
export const serviceChecks = [...containerChecks, ...serviceNetworkChecks].toSorted(byId);
export const stackChecks = stackNetworkChecks;

/** All checks that verify knows, by id. */
export const checkCatalogue: readonly CheckInfo[] = [
  ...imageChecks,
  ...serviceChecks,
  ...stackChecks,
  probeCheck,
  rebuildCheck,
  completeCheck,
  proofCheck,
]
  .map(({ id, title, severity, sources }) => ({ id, title, severity, sources }))
  .toSorted(byId);

function byId(one: CheckInfo, other: CheckInfo): number {
  return one.id.localeCompare(other.id);
}
