/**
 * One field of a protobuf message: a number, or bytes for strings and messages. Fixed-width fields
 * are not used by what is read here and are skipped.
 */
export interface ProtobufField {
  readonly number: number;
  readonly value: bigint | Uint8Array;
}

/**
 * Take a protobuf message apart without its schema, which is all that three small messages of
 * BuildKit need. Throws `RangeError` for bytes that are no message.
 */
export function* readProtobuf(bytes: Uint8Array): Generator<ProtobufField> {
  let position = 0;
  const readVarint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[position];
      if (byte === undefined) throw new RangeError("protobuf message ends inside a number");
      position += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new RangeError("protobuf number is longer than 64 bits");
  };
  const take = (length: number): Uint8Array => {
    if (position + length > bytes.length)
      throw new RangeError("protobuf field ends after its message");
    position += length;
    return bytes.subarray(position - length, position);
  };
  while (position < bytes.length) {
    const key = Number(readVarint());
    const number = key >>> 3;
    switch (key & 7) {
      case 0:
        yield { number, value: readVarint() };
        break;
      case 1:
        take(8);
        break;
      case 2:
        yield { number, value: take(Number(readVarint())) };
        break;
      case 5:
        take(4);
        break;
      default:
        throw new RangeError(`protobuf wire type ${key & 7} is unknown`);
    }
  }
}
