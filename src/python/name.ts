/**
 * A project's name as all its spellings have it in common: `Flask_SQLAlchemy` is
 * `flask-sqlalchemy`. Source: the packaging specifications, "Names and normalization" (PEP 503).
 */
export function normalizeName(name: string): string {
  return name.replace(/[-_.]+/g, "-").toLowerCase();
}

/** A name of a project or an extra, at the beginning of a text. */
export const nameAtStart = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?![A-Za-z0-9._-])/;
