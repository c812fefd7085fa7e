const units = ["B", "kB", "MB", "GB", "TB"] as const;

/**
 * A size for people, in powers of 1000 as the docker command prints them: `512 B`, `9.4 kB`, `92
 * MB`.
 */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 999.5 rather than 1000, so that rounding never gives `1000 kB`.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit] ?? "B"}`;
}
