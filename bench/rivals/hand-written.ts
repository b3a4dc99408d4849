import avsc from 'avsc';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { modelFile, schemaText } from './contract.js';

// What those write who use kafkajs, avsc and onnxruntime-node as they come, without a library of ours.

const paymentType = avsc.Type.forSchema(JSON.parse(schemaText('payment')));
const scoreType = avsc.Type.forSchema(JSON.parse(schemaText('score')));
/** Of Confluent's wire format: a zero and the schema's id. */
const HEADER_BYTES = 5;
const scoreHeader = Buffer.from([0, 0, 0, 0, 2]);

export interface Payment extends Readonly<Record<string, number | string>> {
  readonly id: string;
}

/** The names of the model's columns: all of a payment but its id. */
const columns = (JSON.parse(schemaText('payment')) as { fields: { name: string }[] }).fields
  .map(({ name }) => name)
  .filter((name) => name !== 'id');

export function decodePayment(value: Buffer | null): Payment {
  if (value === null) throw new Error('A record has no value.');
  return paymentType.fromBuffer(value.subarray(HEADER_BYTES));
}

export const encodeScore = (id: string, score: number): Buffer =>
  Buffer.concat([scoreHeader, scoreType.toBuffer({ id, score, modelVersion: '1' })]);

/** The model as a function of rows. */
export async function loadScore(): Promise<(payments: readonly Payment[]) => Promise<Float32Array>> {
  const session = await InferenceSession.create(modelFile, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const [input = '', output = ''] = [session.inputNames[0], session.outputNames[0]];
  return async (payments) => {
    const numbers = new Float32Array(payments.length * columns.length);
    let at = 0;
    for (const payment of payments) {
      for (const column of columns) {
        numbers[at] = Number(payment[column]);
        at += 1;
      }
    }
    const outputs = await session.run({ [input]: new Tensor('float32', numbers, [payments.length, columns.length]) });
    // The graph says that they are floats.
    return outputs[output]?.data as Float32Array;
  };
}
