const LARGEST = 0x7fffffff;
const HALF = 0x40000000;

/** The number after another: as in Kafka Streams, 0 comes after the largest of 32 bits. */
export function nextSequence(sequence: number): number {
  return (sequence + 1) & LARGEST;
}

/** By arrival: numbers that lie together, be it across the end of the numbers; of those that are far apart nobody knows. */
export function compareSequences(a: number, b: number): number {
  const ahead = (a - b) & LARGEST;
  return ahead < HALF ? ahead : ahead - LARGEST - 1;
}
