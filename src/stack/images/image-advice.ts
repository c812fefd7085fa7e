import { unpinned } from "../../manifest/schema/reference-grammar.ts";
import { defaultOs, isOs } from "../../os.ts";

/**
 * What somebody wants who names an image of a registry where one of the stack is due; undefined for
 * other names.
 */
export function adviceOnReference(name: string): string | undefined {
  const distribution =
    /^(debian|oraclelinux|ubuntu|fedora|rockylinux|almalinux|alpine)(?::(\d+).*)?$/.exec(name);
  if (distribution !== null) {
    const [, family = "", release] = distribution;
    const named = `${family}-${release}`;
    const os = isOs(named) ? named : defaultOs;
    return `Images are made from packages: \`from: scratch\` with \`packages: { ${os}: [base-files, …] }\`.`;
  }
  if (!/[:/@]/.test(name)) return undefined;
  const [reference = ""] = name.split("@", 1);
  if (!unpinned.test(reference)) {
    return "An image of a registry is declared under `images`, pinned by its digest: `image: registry.example/name:tag@sha256:…`, in lower case and without `https://`.";
  }
  return `An image of a registry is declared under \`images\`, pinned by its digest: \`image: ${reference}@sha256:…\`. \`docker buildx imagetools inspect ${reference}\` prints it.`;
}
