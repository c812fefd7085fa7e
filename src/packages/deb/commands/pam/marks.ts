/** Lines that a file `common-…` is known by; what stands between is written by the program. */
export const PRIMARY = '# here are the per-package modules (the "Primary" block)';
export const FALLBACK = "# here's the fallback if no module succeeds";
export const ADDITIONAL = '# and here are more per-package modules (the "Additional" block)';
export const END = "# end of pam-auth-update config";
