/** A value that stands at one place of a manifest with an anchor, and at this one as an alias. */
export class AliasOf {
  readonly anchor: string;

  constructor(anchor: string) {
    this.anchor = anchor;
  }
}

/** A value with an anchor, which `AliasOf` names further down. */
export class Anchored {
  readonly anchor: string;
  readonly value: ManifestValue;

  constructor(anchor: string, value: ManifestValue) {
    this.anchor = anchor;
    this.value = value;
  }
}

/** What is written into a manifest. */
export type ManifestValue =
  | string
  | number
  | boolean
  | null
  | AliasOf
  | Anchored
  | readonly ManifestValue[]
  | ManifestMap;

/** A map of a manifest, its keys in the order in which they are written. */
export interface ManifestMap {
  readonly [key: string]: ManifestValue;
}
