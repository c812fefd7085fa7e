/**
 * Whether a path of a package, without a leading slash, is one of those that the manifest excludes,
 * or lies below one. Of a folder only what is in it can be excluded.
 */
export function isExcluded(path: string, exclude: readonly string[], isFolder: boolean): boolean {
  return exclude.some(
    (prefix) => `/${path}`.startsWith(`${prefix}/`) || (!isFolder && `/${path}` === prefix),
  );
}
