import { request } from 'node:http';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type LinksPage, type PlaceState, startLinksPage } from '#shared/dashboard';
import { describeInBrowser, openPage, seriousFindingsInBothSchemes } from '#shared/testing';

describeInBrowser('the page of links in a browser', (browser) => {
  let page: LinksPage;
  let grafana: PlaceState = 'starting';
  const url = (): string => `http://127.0.0.1:${page.port}/`;

  beforeAll(async () => {
    page = await startLinksPage({
      host: '127.0.0.1',
      port: 0,
      groups: [
        {
          title: 'Watched',
          places: [
            {
              title: 'Grafana',
              sentence: 'Dashboards <of> all.',
              address: 'http://127.0.0.1:3000/',
              isPage: true,
              state: async () => grafana,
            },
            {
              title: 'Alertmanager',
              sentence: 'Alerts.',
              address: 'http://127.0.0.1:9093/',
              isPage: true,
              state: async () => 'absent',
            },
          ],
        },
        {
          title: 'For clients',
          places: [
            {
              title: 'Kafka',
              sentence: 'For any client.',
              address: '127.0.0.1:9092',
              isPage: false,
              state: async () => 'serves',
            },
          ],
        },
      ],
    });
  });
  afterAll(() => page.close());

  it('leads to what is there, and says what answers, without being loaded again', async () => {
    grafana = 'starting';
    const { page: opened, complaints } = await openPage(browser(), url());
    const places = await opened.locator('main li').allInnerTexts();
    expect(places.map((text) => text.replaceAll(/\n+/g, '\n'))).toEqual([
      'Grafana\ndoes not answer yet\nDashboards <of> all.\nhttp://127.0.0.1:3000/',
      'Alertmanager\nnot started\nAlerts.\nhttp://127.0.0.1:9093/',
      'Kafka\nanswers\nFor any client.\n127.0.0.1:9092',
    ]);
    const links = opened.getByRole('link');
    expect(await links.allInnerTexts()).toEqual(['Grafana']);
    expect(await links.first().getAttribute('href')).toBe('http://127.0.0.1:3000/');
    grafana = 'serves';
    await vi.waitUntil(async () => (await opened.locator('main li .state').first().innerText()) === 'answers', {
      timeout: 20_000,
    });
    expect(complaints).toEqual([]);
    await opened.context().close();
  });

  it('can be used by everybody', async () => {
    const { page: opened } = await openPage(browser(), url());
    expect(await seriousFindingsInBothSchemes(opened)).toEqual([]);
    await opened.context().close();
  });

  it('only shows', async () => {
    const status = await new Promise((resolve, reject) => {
      request(url(), { method: 'POST' }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(405);
  });
});
