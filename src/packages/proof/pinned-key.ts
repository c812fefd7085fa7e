/** A key that qclock trusts, by the fingerprint of its primary key. */
export interface PinnedKey {
  /** 40 upper-case hexadecimal digits. */
  readonly fingerprint: string;
  readonly armored: string;
}
