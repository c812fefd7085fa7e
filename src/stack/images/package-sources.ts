import { operatingSystems } from "../../os.ts";
import type { Problems } from "../problems.ts";
import { projectPath } from "../project-path.ts";
import type { ResolveRequest } from "../request.ts";
import type { Stack } from "../stack.ts";

type PackageSources = Pick<Stack, "modules" | "furtherRepositories" | "keyFiles">;

/**
 * What the manifest says of where an OS's packages come from beside its mirrors: streams of
 * modules and repositories, of all images together, and files with keys.
 */
export function resolvePackageSources(
  request: ResolveRequest & { readonly problems: Problems },
): PackageSources {
  const modules = collect(request, "modules");
  const furtherRepositories = collect(request, "repositories");
  refuseTwoStreams(request, modules);
  const keyFiles = resolveKeyFiles(request);
  return {
    ...(modules.length === 0 ? {} : { modules }),
    ...(furtherRepositories.length === 0 ? {} : { furtherRepositories }),
    ...(keyFiles.length === 0 ? {} : { keyFiles }),
  };
}

type Sources = ResolveRequest & { readonly problems: Problems };

function collect(
  { loaded, os, problems }: Sources,
  key: "modules" | "repositories",
): readonly string[] {
  const all = new Set<string>();
  const { family, title } = operatingSystems[os];
  for (const [name, { packages }] of Object.entries(loaded.manifest.images)) {
    const own = packages?.[os];
    if (own === undefined || !("install" in own)) continue;
    const values = own[key] ?? [];
    if (values.length > 0 && family === "deb") {
      problems.add("unknown-key", loaded.locator.key(["images", name, "packages", os, key]), {
        message: `"${key}" has no meaning for ${title}: its packages come from its suite alone.`,
      });
      continue;
    }
    for (const value of values) all.add(value);
  }
  return [...all].toSorted();
}

/** A system has one stream of a module at most: their packages take each other's place. */
function refuseTwoStreams({ loaded, os, problems }: Sources, modules: readonly string[]): void {
  const streams = new Map<string, string>();
  for (const each of modules) {
    const [module = ""] = each.split(":");
    const other = streams.get(module);
    streams.set(module, each);
    if (other === undefined) continue;
    const named = Object.entries(loaded.manifest.images).find(([, { packages }]) => {
      const own = packages?.[os];
      return own !== undefined && "install" in own && own.modules?.includes(each) === true;
    });
    problems.add(
      "invalid-value",
      loaded.locator.key(["images", named?.[0] ?? "", "packages", os, "modules"]),
      {
        message: `The images take packages from two streams of the module "${module}": ${other} and ${each}.`,
        hint: "A stream counts for all images of a stack: name one.",
      },
    );
  }
}

function resolveKeyFiles(request: Sources): readonly string[] {
  const { loaded, os, problems } = request;
  return (loaded.manifest.keys?.[os] ?? []).map((file, index) => {
    const at = ["keys", os, index];
    const found = projectPath(request, file, { at });
    if (found.kind !== "file" && found.kind !== "outside") {
      problems.add("missing-file", loaded.locator.value(at), {
        message:
          found.kind === "missing"
            ? `The file of keys "${file}" does not exist.`
            : `"${file}" is no regular file.`,
      });
    }
    return found.path;
  });
}
