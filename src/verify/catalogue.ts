import { byId, type CheckInfo } from "./check.ts";
import { completeCheck } from "./complete.ts";
import type { CheckGroup } from "./group.ts";
import { imageGroup } from "./groups/images.ts";
import { networkGroup } from "./groups/network.ts";
import { packageGroup } from "./groups/packages.ts";
import { probeGroup } from "./groups/probes.ts";
import { rebuildGroup } from "./groups/rebuild.ts";
import { serviceGroup } from "./groups/services.ts";
import { infoOf } from "./run-checks.ts";

/**
 * All groups, in stages: those of one stage look at the same time. Connections are tried after the
 * containers were looked at, which else would show the processes that try them.
 */
export const checkStages: readonly (readonly CheckGroup[])[] = [
  [probeGroup],
  [packageGroup],
  [imageGroup, serviceGroup],
  [networkGroup],
  [rebuildGroup],
];

/** All checks that verify knows, by id. */
export const checkCatalogue: readonly CheckInfo[] = [
  ...checkStages.flat().flatMap(({ checks }) => checks),
  completeCheck,
]
  .map(infoOf)
  .toSorted(byId);
