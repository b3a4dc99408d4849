import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import type { Place, PlaceGroup, PlaceState } from '#shared/dashboard';

/** Whoever has not answered by then does not answer. */
const PATIENCE_MS = 1_500;

/** What docker-compose.yml can start, by its services' names; of each the page of links says whether it answers. */
export function stackPlaces(env: NodeJS.ProcessEnv): readonly PlaceGroup[] {
  const published = (service: string, otherwise: number): string =>
    `127.0.0.1:${env[`${service.toUpperCase().replaceAll('-', '_')}_PORT`] ?? otherwise}`;
  const page = (service: string, port: number, ready: string, title: string, sentence: string): Place => ({
    title,
    sentence,
    address: `http://${published(service, port)}/`,
    isPage: true,
    state: () => answers(service, ready),
  });
  const demo = (service: string, port: number, sentence: string): Place =>
    page(service, port, ':4000/readyz', service, sentence);
  return [
    {
      title: 'Live pages',
      places: [
        demo(
          'flight-delay',
          4000,
          'Which flights will be late, by the weather and by what their airports know by then.',
        ),
        demo('churn', 4001, 'Which customers are about to leave, and the offers that are to keep them.'),
        demo(
          'telco-anomaly',
          4002,
          'Which cells of a mobile network behave as none did before, and the alarms of them.',
        ),
        demo('titanic', 4003, 'Who will be rescued; it also takes a passenger of your own.'),
        page('demos', 4000, ':4000/readyz', 'All four', 'The four side by side, and the way to each.'),
      ],
    },
    {
      title: 'What they do, watched',
      places: [
        page(
          'grafana',
          3000,
          ':3000/api/health',
          'Grafana',
          'Dashboards: are records delivered, late, stuck, lost; is the model still right.',
        ),
        page(
          'prometheus',
          9090,
          ':9090/-/ready',
          'Prometheus',
          'The figures behind the dashboards, and the rules that raise alerts.',
        ),
        page('alertmanager', 9093, ':9093/-/ready', 'Alertmanager', 'The alerts of this moment.'),
      ],
    },
    {
      title: 'For clients on this machine',
      places: [
        {
          title: 'Kafka',
          sentence: 'Apache Kafka, without TLS and passwords.',
          address: published('kafka', 9092),
          isPage: false,
          state: () => accepts('kafka', 9092),
        },
        {
          title: 'Schema Registry',
          sentence: "Apicurio Registry; this is its address in the API of Confluent's.",
          address: `http://${published('schema-registry', 8081)}/apis/ccompat/v7`,
          isPage: false,
          state: () => answers('schema-registry', ':8080/health/ready'),
        },
      ],
    },
  ];
}

async function answers(service: string, where: string): Promise<PlaceState> {
  if (!(await isStarted(service))) return 'absent';
  try {
    const { ok } = await fetch(`http://${service}${where}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return ok ? 'serves' : 'starting';
  } catch {
    return 'starting';
  }
}

async function accepts(service: string, port: number): Promise<PlaceState> {
  if (!(await isStarted(service))) return 'absent';
  return new Promise((resolve) => {
    const socket = connect({ host: service, port, timeout: PATIENCE_MS });
    const end = (state: PlaceState) => (): void => {
      socket.destroy();
      resolve(state);
    };
    socket.once('connect', end('serves')).once('error', end('starting')).once('timeout', end('starting'));
  });
}

/** In the network of a compose project a service has a name as long as a container of it runs. */
const isStarted = (service: string): Promise<boolean> =>
  lookup(service).then(
    () => true,
    () => false,
  );
