/**
 * The text of a README without links to what lies outside of its folder, where a copy of it has
 * nothing: of a link the words stay, a picture goes.
 */
export function unlinked(markdown: string): string {
  return markdown
    .replaceAll(/^!\[[^\]]*\]\(\.\.\/[^)]*\)\n+/gm, "")
    .replaceAll(/\[([^\]]*)\]\(\.\.\/[^)]*\)/g, "$1");
}
