import { type IncomingHttpHeaders, request } from 'node:http';
import { type Dashboard, type DashboardPage, LiveView, startDashboard } from '#shared/dashboard';
import { createMetrics } from '#shared/metrics';
import type { PageState } from './page/snapshot.js';
import { type SampleOutcome, type SamplePrediction, sampleDefinition } from './sample-run.js';

const started: Dashboard[] = [];

/** Closes what `start` has started. */
export async function closeStarted(): Promise<void> {
  await Promise.all(started.splice(0).map((dashboard) => dashboard.close()));
}

type Options = Parameters<typeof startDashboard>[0];

export const newView = (): LiveView<SamplePrediction, SampleOutcome> => new LiveView(sampleDefinition);

/** A demo's page as most of these tests want it. */
export const pageOf = (more: Partial<DashboardPage> = {}): DashboardPage => ({
  name: 'flight-delay',
  view: newView(),
  facts: () => ({ brokers: '127.0.0.1:9092' }),
  ready: () => ({ ready: true, reason: '' }),
  ...more,
});

/** A dashboard at a free port. */
export async function start(pages: readonly DashboardPage[], more: Partial<Options> = {}) {
  const dashboard = await startDashboard({ port: 0, metrics: createMetrics('demo'), pages, ...more });
  started.push(dashboard);
  return dashboard;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request whose Host header and path are sent as they are: fetch would mend both. */
export function ask(
  port: number,
  path: string,
  options: { method?: string; host?: string; etag?: string } = {},
): Promise<Answer> {
  const { method = 'GET', host = `127.0.0.1:${port}`, etag } = options;
  const headers = { host, ...(etag === undefined ? {} : { 'if-none-match': etag }) };
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', path, method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** Follows the event stream and gives its messages one after the other. */
export async function* events(port: number, path = '/events'): AsyncGenerator<{ event: string; data: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString('utf8');
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const message = text.slice(0, end);
      text = text.slice(end + 2);
      const event = /^event: (.*)$/m.exec(message)?.[1];
      const data = /^data: (.*)$/m.exec(message)?.[1];
      if (event !== undefined && data !== undefined) yield { event, data };
    }
  }
}

/** The page's state, as whoever connects has it first. */
export async function stateOf(port: number, path = '/'): Promise<PageState> {
  for await (const { event, data } of events(port, `${path}events`)) {
    if (event === 'state') return JSON.parse(data) as PageState;
  }
  throw new Error('the stream ended without a state');
}

interface Posted {
  readonly status: number;
  /** What its JSON says; text, where it is none. */
  readonly body: unknown;
}

/** Posts with the headers that a page of the server sends, and these over them; undefined leaves one out. */
export function postAs(
  port: number,
  path: string,
  body: string | Buffer,
  headers: Record<string, string | undefined> = {},
): Promise<Posted> {
  const all = {
    Host: `127.0.0.1:${port}`,
    Origin: `http://127.0.0.1:${port}`,
    'Sec-Fetch-Site': 'same-origin',
    'Content-Type': 'application/json',
    ...headers,
  };
  const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', path, method: 'POST', headers: sent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        const json = response.headers['content-type']?.startsWith('application/json') === true;
        resolve({ status: response.statusCode ?? 0, body: json ? JSON.parse(text) : text });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
