import type { Diagnostic, Location } from "../../diagnostic.ts";
import { errorAt } from "../../diagnostic.ts";
import type { ManifestImage } from "../../manifest/schema/manifest.ts";
import { placesOfPlain, type TextPlaces } from "../../manifest/text/locate.ts";
import { parseRequirementsFile, type PinnedRequirement } from "../../python/requirements-file.ts";
import type { Problems } from "../problems.ts";
import { projectPath } from "../project-path.ts";
import type { ResolveRequest } from "../request.ts";
import type { Wheels } from "../stack.ts";

/** What resolving the Python packages of one image needs. */
interface WheelsRequest extends ResolveRequest {
  readonly name: string;
  readonly image: ManifestImage;
  readonly problems: Problems;
  readonly locations: Map<string, Location>;
}

/** The Python packages of an image; undefined where it names no requirements file. */
export function resolveWheels(request: WheelsRequest): Wheels | undefined {
  const { name, image, loaded, problems, locations } = request;
  const { wheels: written } = image;
  if (written === undefined) return undefined;
  const at = ["images", name, "wheels"];
  const place = loaded.locator.value(at);
  locations.set(`images.${name}.wheels`, place);
  const { path: file, kind } = projectPath(request, written, { at });
  if (kind === "outside") return undefined;
  const source = request.requirements?.get(file);
  if (kind !== "file" || source === undefined) {
    problems.add("missing-file", place, {
      message:
        kind === "missing"
          ? `The requirements file "${written}" of image "${name}" does not exist.`
          : `"${written}" of image "${name}" is empty, or no file of text that can be read.`,
      hint: "Write one with `pip-compile --generate-hashes` or `uv pip compile --generate-hashes`.",
    });
    return undefined;
  }
  const { text, displayPath } = source;
  const { requirements, problems: found } = parseRequirementsFile(text);
  const places = placesOfPlain({ text, file: displayPath });
  for (const { start, end, message, hint } of found) {
    problems.add("requirements-syntax", places.range(start, end), { message, hint });
  }
  for (const { code, location, ...parts } of findRepeats(places, requirements)) {
    problems.add(code, location, parts);
  }
  return { file, displayPath, requirements };
}

/**
 * Two versions of a project under the same condition: whatever the machine, both cannot be there.
 */
function findRepeats(
  places: TextPlaces,
  requirements: readonly PinnedRequirement[],
): readonly Diagnostic[] {
  const first = new Map<string, PinnedRequirement>();
  return requirements.flatMap((requirement) => {
    const { name, version, marker = "" } = requirement;
    const key = `${name};${marker}`;
    const known = first.get(key);
    if (known === undefined) {
      first.set(key, requirement);
      return [];
    }
    const diagnostic = errorAt(places.line(requirement.line), "duplicate-name", {
      message:
        known.version === version
          ? `${name} is asked for twice.`
          : `${name} is asked for in two versions, ${known.version} and ${version}.`,
      hint: "Leave one of the two lines.",
    });
    const related = { message: "first asked for here", location: places.line(known.line) };
    return [{ ...diagnostic, related: [related] }];
  });
}
