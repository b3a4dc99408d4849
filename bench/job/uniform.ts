/** A number of 0 … 1 that follows from two integers and looks drawn: the mixing of MurmurHash3 (Appleby, 2011). */
export function uniform(seed: number, stream: number): number {
  let bits = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
}
