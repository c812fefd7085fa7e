/**
 * Names that other programs obey when they come to a folder: version control and its hooks,
 * environments that a shell loads, settings of package managers and editors. Nobody expects a
 * project that was extracted to run something. `.env.*` stands for all of these.
 */
const OBEYED = new Set([
  ".git",
  ".gitattributes",
  ".gitconfig",
  ".githooks",
  ".gitmodules",
  ".hg",
  ".svn",
  ".bzr",
  ".jj",
  ".husky",
  ".pre-commit-config.yaml",
  ".env",
  ".envrc",
  ".npmrc",
  ".yarnrc",
  ".yarnrc.yml",
  ".pnpmfile.cjs",
  ".pnp.cjs",
  ".vscode",
  ".idea",
  ".devcontainer",
]);

/**
 * Names that begin with a dot and mean something to qclock or the Engine alone, so that a project's
 * own folder may have them.
 */
const HARMLESS = new Set([
  ".dockerignore",
  ".containerignore",
  ".gitignore",
  ".htaccess",
  ".well-known",
]);

/**
 * Why a file of a project must not be written, by its path below the project's folder; undefined
 * where it may. Upper case, and what a file system drops, make no difference.
 */
export function forbiddenBecause(file: string): string | undefined {
  const names = file.split("/").map(asFileSystemsSee);
  const obeyed = names.find((name) => OBEYED.has(name) || name.startsWith(".env."));
  if (obeyed !== undefined) return `other programs obey ${obeyed}`;
  const [first = ""] = names;
  // In the folder itself, which may be a home: shells and tools look there for their settings.
  if (first.startsWith(".") && !HARMLESS.has(first))
    return "a name with a dot in the project's own folder is a setting of some program";
  return undefined;
}

/**
 * Folders that git takes for a repository without a `.git`, by their path: what stands in their
 * `config` is run by `git status` already.
 * Source: git-config, `safe.bareRepository`.
 */
export function bareRepositories(files: readonly string[]): ReadonlySet<string> {
  const children = new Map<string, Set<string>>();
  for (const file of files) {
    const names = file.split("/");
    for (let depth = 0; depth < names.length; depth++) {
      const folder = names.slice(0, depth).join("/");
      const known = children.get(folder) ?? new Set();
      children.set(folder, known.add(asFileSystemsSee(names[depth] ?? "")));
    }
  }
  const found = [...children].filter(
    ([, names]) => names.has("head") && (names.has("objects") || names.has("refs")),
  );
  return new Set(found.map(([folder]) => folder));
}

/**
 * Some file systems fold case, compose letters, and drop what cannot be seen and dots at the end.
 */
function asFileSystemsSee(name: string): string {
  return name
    .normalize("NFKC")
    .replaceAll(/\p{Cf}/gu, "")
    .toLowerCase()
    .replace(/(?<=.)[. ]+$/u, "");
}
