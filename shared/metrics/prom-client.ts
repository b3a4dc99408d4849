import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** prom-client, loaded when metrics are first shown: whoever only takes names from the catalogue starts sooner. */
export const promClient = (): typeof import('prom-client') => require('prom-client');
