import type { Location } from "../diagnostic.ts";
import type { LoadedManifest } from "../manifest/load.ts";
import type { ManifestService } from "../manifest/schema/manifest.ts";
import type { Architecture, OsName } from "../os.ts";
import type { SourceText } from "../manifest/text/source.ts";
import type { Place } from "../project/place.ts";
import type { Problems } from "./problems.ts";
import type { Image, Secret, Volume } from "./stack.ts";

/** What resolving needs to know of the world, looked up beforehand so that it stays pure. */
export interface ResolveRequest {
  readonly loaded: LoadedManifest;
  /** Absolute paths of the files that are laid over the manifest; absent: none. */
  readonly overridePaths?: readonly string[];
  readonly os: OsName;
  readonly architecture: Architecture;
  /** For each Dockerfile image the names of its `FROM` and `COPY --from`, in order. */
  readonly froms: ReadonlyMap<string, readonly string[]>;
  /**
   * Texts of the requirements files, by their real paths; those that cannot be read are missing.
   */
  readonly requirements?: ReadonlyMap<string, SourceText>;
  /** What lies at a path of `pathsToLookUp`. */
  readonly locate: (absolutePath: string) => Place;
}

/** What resolving the services needs beside: what was resolved before them. */
export interface ServicesRequest extends ResolveRequest {
  readonly problems: Problems;
  readonly locations: Map<string, Location>;
  readonly images: ReadonlyMap<string, Image>;
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly volumes: ReadonlyMap<string, Volume>;
}

/** One service on its way from the manifest to the stack. */
export interface ServiceRequest extends ServicesRequest {
  readonly name: string;
  readonly service: ManifestService;
}
