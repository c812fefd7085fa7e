/**
 * Refuse a location that leads out of its repository, or is no path: it becomes a part of URLs and
 * of the lock. Throws an `Error`.
 */
export function checkLocation(location: string): string {
  const isPath = /^[A-Za-z0-9][A-Za-z0-9._+~^@%,:=-]*(?:\/[A-Za-z0-9._+~^@%,:=-]+)*$/.test(
    location,
  );
  if (
    isPath &&
    location.length <= 1024 &&
    !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(location) &&
    // Programs that read URLs take an encoded dot for a dot.
    !location.split("/").some((part) => /^(?:\.|%2e){1,2}$/i.test(part))
  )
    return location;
  throw new Error(
    `${JSON.stringify(location.slice(0, 80))} is no path below the repository's folder`,
  );
}
