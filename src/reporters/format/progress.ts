import type { Progress } from "../view.ts";
import { formatBytes } from "./bytes.ts";

/** `45 MB of 92 MB`, `12 of 38`, or what is known of it. */
export function formatProgress(progress: Progress): string {
  const amount = (value: number): string =>
    progress.unit === "bytes" ? formatBytes(value) : String(value);
  if (progress.total <= 0) return progress.done > 0 ? amount(progress.done) : "";
  return `${amount(Math.min(progress.done, progress.total))} of ${amount(progress.total)}`;
}

/** A bar of so many columns, or nothing when the end is not known. */
export function formatBar(progress: Progress, columns: number): string {
  if (progress.total <= 0 || columns <= 0) return "";
  const filled = Math.round(Math.min(1, progress.done / progress.total) * columns);
  return "━".repeat(filled) + "┄".repeat(columns - filled);
}
