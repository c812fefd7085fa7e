/** A source package, as the name of its file tells it. */
export interface SourcePackage {
  readonly source: string;
  /** Without an epoch, which the name does not tell. */
  readonly sourceVersion: string;
}

/**
 * The source package of a binary one by the name of its file, `bash-5.1.8-9.el9.src.rpm`; where
 * there is none, or it has another form, the package is taken for its own source.
 */
export function sourcePackageOf(
  sourceFile: string | undefined,
  own: { readonly name: string; readonly version: string },
): SourcePackage {
  const match = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(sourceFile ?? "");
  const [, source = own.name, sourceVersion = own.version.replace(/^\d+:/, "")] = match ?? [];
  return { source, sourceVersion };
}
