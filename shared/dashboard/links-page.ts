import { createServer } from 'node:http';
import express from 'express';
import { KitError } from '#shared/errors';
import { readOnly, safeHeaders } from './guards.js';
import { listen } from './listen.js';
import { fromMemory, readPageFiles } from './page-files.js';

/** `serves`: it answers as it should; `starting`: it is there and does not yet; `absent`: it was not started. */
export type PlaceState = 'serves' | 'starting' | 'absent';

/** Something that runs beside the page of links. */
export interface Place {
  readonly title: string;
  /** What one finds there, in a sentence. */
  readonly sentence: string;
  /** Where the reader's browser, or client, finds it. */
  readonly address: string;
  /** Whether the address is for a browser. */
  readonly isPage: boolean;
  readonly state: () => Promise<PlaceState>;
}

/** Places that belong together. */
export interface PlaceGroup {
  readonly title: string;
  readonly places: readonly Place[];
}

interface LinksPageOptions {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly groups: readonly PlaceGroup[];
}

/** A running page of links. */
export interface LinksPage {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves one page: what there is, where it is, and whether it answers, asked anew each time.
 * @throws KitError 'port-taken' where no port is free, 'usage' where the address cannot be bound.
 */
export async function startLinksPage({ host, port, groups }: LinksPageOptions): Promise<LinksPage> {
  const app = express();
  app.disable('x-powered-by');
  app.use(safeHeaders, readOnly, fromMemory(readPageFiles().parts));
  app.get('/', async (_request, response) => {
    const sections = await Promise.all(groups.map(sectionOf));
    response.set('Cache-Control', 'no-store').type('html').send(pageOf(sections));
  });
  app.get('/healthz', (_request, response) => {
    response.type('text').send('alive\n');
  });
  const server = createServer(app);
  const bound = await listen(server, host, port);
  return {
    port: bound,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(KitError.from(error))));
        server.closeAllConnections();
      }),
  };
}

const stateWords: Readonly<Record<PlaceState, string>> = {
  serves: 'answers',
  starting: 'does not answer yet',
  absent: 'not started',
};

async function sectionOf({ title, places }: PlaceGroup): Promise<string> {
  const items = await Promise.all(places.map(itemOf));
  return `<section class="panel"><h2>${text(title)}</h2><ul>${items.join('')}</ul></section>`;
}

async function itemOf({ title, sentence, address, isPage, state }: Place): Promise<string> {
  const found = await state();
  const there = isPage && found !== 'absent' ? `<a href="${text(address)}">${text(title)}</a>` : text(title);
  return `<li data-state="${found}">
  <h3>${there}</h3> <span class="state">${stateWords[found]}</span>
  <p>${text(sentence)}</p> <code>${text(address)}</code>
</li>`;
}

const pageOf = (sections: readonly string[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Kafka ML demos: what runs here</title>
<link rel="icon" href="/page/icon.svg" type="image/svg+xml">
<script src="/page/theme.js"></script>
<link rel="stylesheet" href="/page/foundation.css">
<link rel="stylesheet" href="/page/links.css">
<script src="/page/links.js" type="module"></script>
</head>
<body>
<header><h1>Kafka ML demos</h1><p>What runs here, and where it is.</p></header>
<main>${sections.join('\n')}</main>
</body>
</html>
`;

const text = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
