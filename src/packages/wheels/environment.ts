import type { Architecture } from "../../os.ts";
import type { MarkerEnvironment } from "../../python/marker.ts";
import { compatibleTags, type TaggedPython } from "../../python/tags.ts";
import type { ImagePython } from "../image-python.ts";

/** A machine as Python names it. */
const machines: Readonly<Record<Architecture, TaggedPython["machine"]>> = {
  amd64: "x86_64",
  arm64: "aarch64",
};

/** What markers are compared with where a wheel is installed for the Python of an image. */
export function markerEnvironment(
  { major, minor, version }: ImagePython,
  architecture: Architecture,
): MarkerEnvironment {
  return {
    os_name: "posix",
    sys_platform: "linux",
    platform_machine: machines[architecture],
    platform_python_implementation: "CPython",
    // Of the kernel that containers happen to run on nothing may depend.
    platform_release: "",
    platform_system: "Linux",
    platform_version: "",
    python_version: `${major}.${minor}`,
    python_full_version: version,
    implementation_name: "cpython",
    implementation_version: version,
  };
}

/** Tags of the wheels that an image's Python can use, the best first. */
export function tagsFor(python: ImagePython, architecture: Architecture): readonly string[] {
  return compatibleTags({ ...python, machine: machines[architecture] });
}
