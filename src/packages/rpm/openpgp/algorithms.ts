/** Names of OpenPGP's public-key algorithms by number. Source: RFC 9580, section 9.1. */
const keyAlgorithms: ReadonlyMap<number, string> = new Map([
  [1, "RSA"],
  [2, "RSA"],
  [3, "RSA"],
  [16, "Elgamal"],
  [17, "DSA"],
  [18, "ECDH"],
  [19, "ECDSA"],
  [22, "EdDSA"],
  [25, "X25519"],
  [26, "X448"],
  [27, "Ed25519"],
  [28, "Ed448"],
]);

/** Names of OpenPGP's hash algorithms by number. Source: RFC 9580, section 9.5. */
const hashAlgorithms: ReadonlyMap<number, string> = new Map([
  [1, "MD5"],
  [2, "SHA-1"],
  [3, "RIPEMD-160"],
  [8, "SHA-256"],
  [9, "SHA-384"],
  [10, "SHA-512"],
  [11, "SHA-224"],
  [12, "SHA3-256"],
  [14, "SHA3-512"],
]);

/** The hash algorithms that a signature may use, with Node's names for them. */
const nodeHashes: ReadonlyMap<number, string> = new Map([
  [8, "sha256"],
  [9, "sha384"],
  [10, "sha512"],
]);

/** Whether signatures by keys of an algorithm can be checked: RSA, but not for encryption alone. */
export function canSign(keyAlgorithm: number): boolean {
  return keyAlgorithm === 1 || keyAlgorithm === 3;
}

export function nameKeyAlgorithm(number: number): string {
  return keyAlgorithms.get(number) ?? `algorithm ${number}`;
}

export function nameHashAlgorithm(number: number): string {
  return hashAlgorithms.get(number) ?? `hash ${number}`;
}

/** Node's name of a hash algorithm; undefined for one that is unknown or proves nothing. */
export function nodeHash(number: number): string | undefined {
  return nodeHashes.get(number);
}
