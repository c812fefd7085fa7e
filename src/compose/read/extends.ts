import path from "node:path";
import { isMap, type Node } from "yaml";
import { mapOf } from "../../manifest/merge/forms.ts";
import { mergeAt } from "../../manifest/merge/merge.ts";
import { nearest } from "../../nearest.ts";
import { inheritFrom, isOfProject, type Loading, readOnce } from "./loading.ts";
import { composeRuleAt } from "./merge-rules.ts";
import { Written } from "./written.ts";

/** A service on the way from one that extends to what it stands on in the end. */
interface Step {
  readonly file: string;
  readonly service: string;
}

/**
 * Lay each service of a file over the one that it extends, of this file or of another. Source:
 * compose specification, "extends".
 */
export async function applyExtends(root: Written, loading: Loading): Promise<void> {
  const services = root.get("services");
  if (!isMap(services?.node)) return;
  for (const { name, value } of services.entries) {
    const merged = await extended(name, value, { root, loading, chain: [] });
    if (merged !== undefined) services.node.set(keyOf(services, name), merged);
  }
}

/** The node of the key itself: a new one would have no place. */
function keyOf(services: Written, name: string): unknown {
  if (!isMap(services.node)) return name;
  return services.node.items.find(({ key }) => String(key) === name)?.key ?? name;
}

/** What a service is with all that it extends; undefined where it extends nothing. */
async function extended(
  name: string,
  service: Written,
  request: {
    readonly root: Written;
    readonly loading: Loading;
    readonly chain: readonly Step[];
  },
): Promise<Node | undefined> {
  const { root, loading, chain } = request;
  const { problems, owners } = loading;
  const reference = service.get("extends");
  if (reference === undefined || !isMap(service.node)) return undefined;
  const target = reference.kind === "value" ? reference : reference.get("service");
  const wanted = target?.text;
  if (target === undefined || wanted === undefined) {
    problems.add(reference.place, "missing-key", {
      message: `\`extends\` of service "${name}" names no service.`,
      hint: "Write `extends: { service: base }`, with `file` where it stands in another file.",
    });
    return undefined;
  }
  const step: Step = { file: service.file.path, service: name };
  if (chain.some((each) => each.file === step.file && each.service === name)) {
    const way = [...chain.map((each) => each.service), name].join(" -> ");
    problems.add(reference.place, "dependency-cycle", {
      message: `The services extend each other in a circle: ${way}.`,
      hint: "Remove one of these `extends`.",
    });
    return undefined;
  }
  const home = await homeOf(reference.get("file"), { root, loading });
  if (home === undefined) return undefined;
  const base = home.get("services")?.get(wanted);
  if (base === undefined) {
    const known = home.get("services")?.entries.map((entry) => entry.name) ?? [];
    const near = nearest(
      wanted,
      known.filter((each) => each !== name),
    );
    problems.add(target.place, "unknown-service", {
      message: `Service "${name}" extends "${wanted}", which ${home === root ? "there is not" : `${home.file.places.file} does not have`}.`,
      hint: near === undefined ? undefined : `Did you mean "${near}"?`,
    });
    return undefined;
  }
  const below = await extended(wanted, base, {
    root: home,
    loading,
    chain: [...chain, step],
  });
  const lower = withoutExtends(below ?? base.node, loading);
  const upper = withoutExtends(service.node, loading);
  if (lower === undefined || upper === undefined) return undefined;
  return mergeAt(lower, upper, {
    path: ["services", name],
    ruleAt: composeRuleAt,
    inherit: inheritFrom(owners),
  });
}

/** The tree that holds the service which is extended. */
async function homeOf(
  file: Written | undefined,
  { root, loading }: { readonly root: Written; readonly loading: Loading },
): Promise<Written | undefined> {
  if (file === undefined) return root;
  const { problems, owners, variables } = loading;
  const written = variables.valueOf(file.text ?? "");
  const target = path.resolve(file.file.directory, written);
  if (!isOfProject(target, file, loading)) return undefined;
  // Paths of a file that is extended are relative to its own folder.
  const read = await readOnce({ path: target, directory: path.dirname(target) }, loading);
  if (read?.root !== undefined) return new Written(read.root, owners);
  problems.add(file.place, "missing-file", {
    message: `The file "${written}", which is extended, ${read === undefined ? "does not exist or cannot be read" : "is empty"}.`,
  });
  return undefined;
}

function withoutExtends(node: Node | undefined, { owners }: Loading): Node | undefined {
  if (!isMap(node)) return undefined;
  const kept = node.items.filter(({ key }) => String(key) !== "extends");
  return mapOf(kept, node, inheritFrom(owners));
}
