import express from 'express';
import { say } from '../harness/said.js';
import { ownUsage } from './contract.js';
import { loadScore, type Payment } from './hand-written.js';

// The model behind HTTP, as a team that serves models has it: POST /score with payments, scores back; GET /usage for the bench.
// It ends with its parent.

const score = await loadScore();
const app = express().use(express.json({ limit: '10mb' }));
app.post('/score', async (request, response) => {
  const payments: readonly Payment[] = request.body;
  response.json(Array.from(await score(payments)));
});
app.get('/usage', (_request, response) => void response.json(ownUsage()));
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  say({ is: 'begin', port: typeof address === 'object' ? address?.port : undefined });
});
process.stdin.resume().once('end', () => process.exit());
