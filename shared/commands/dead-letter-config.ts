/** A dead letter is its record and headers beside it: what just fitted on the input topic must fit on this one too. */
export const deadLetterConfig = { 'retention.ms': '-1', 'retention.bytes': '33554432', 'max.message.bytes': '2097152' };
