import { type ClientRequest, get } from 'node:http';
import { views } from './views.js';

// Viewers of a page: told how many there are to be, it says so when each of them has its first state. They see one view each.

const [, , url = ''] = process.argv;
const viewers: ClientRequest[] = [];

function view(number: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const part = views[number % views.length] ?? 'live';
    const viewer = get(new URL(part === 'live' ? 'events' : `events?part=${part}`, url), (response) => {
      response.on('error', () => undefined);
      response.on('data', () => resolve());
    });
    viewer.on('error', reject);
    viewers.push(viewer);
  });
}

process.on('message', (number: number) => {
  for (const viewer of viewers.splice(number)) viewer.destroy();
  const coming = Array.from({ length: Math.max(0, number - viewers.length) }, (_, i) => view(viewers.length + i));
  void Promise.all(coming).then(() => process.send?.(viewers.length));
});
