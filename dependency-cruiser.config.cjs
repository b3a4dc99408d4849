// The direction of imports, proved: each folder may import what stands to its right, never to its left.
const layers = {
  demos: [
    'demos',
    'commands',
    'dashboard',
    'control',
    'monitoring',
    'scoring',
    'streams',
    'kafka',
    'schema',
    'metrics',
  ],
  grafana: ['demos', 'commands', 'scoring', 'metrics'],
  commands: [
    'dashboard',
    'control',
    'monitoring',
    'notebooks',
    'model-import',
    'doctor',
    'scoring',
    'streams',
    'kafka',
    'schema',
    'metrics',
    'embedded',
  ],
  dashboard: ['control', 'monitoring', 'scoring', 'streams', 'kafka', 'schema', 'metrics'],
  control: ['monitoring', 'kafka', 'schema'],
  monitoring: ['scoring', 'streams', 'kafka', 'schema', 'metrics'],
  notebooks: ['scoring'],
  'model-import': ['scoring', 'onnx'],
  scoring: ['onnx', 'streams', 'kafka', 'schema', 'metrics'],
  streams: ['kafka', 'schema', 'metrics'],
  kafka: ['wire'],
  schema: [],
  metrics: [],
  wire: [],
  onnx: [],
  embedded: ['wire'],
  doctor: [],
};

// A wrapped library is imported in one folder, so that it can be replaced in one folder.
const wrapped = {
  kafkajs: 'shared/kafka',
  '@kafkajs/confluent-schema-registry': 'shared/schema',
  avsc: 'shared/(schema|embedded/registry)',
  'onnxruntime-node': 'shared/scoring',
  saxes: 'shared/model-import/pmml',
  'prom-client': 'shared/metrics',
  '@bufbuild/protobuf': 'shared/onnx',
  hyparquet: 'shared/model-import/spark',
  'csv-parse': 'shared/commands',
  express: 'shared/dashboard',
  '@dagrejs/dagre': 'shared/dashboard',
  lmdb: 'shared/streams/stores/disk',
};

// Too small for a folder, and wanted by all.
const single = '^shared/(errors|project-file)\\.ts$';

// A stream makes tables and a table streams: what they are made of refers to itself, as Kafka Streams' interfaces do.
const fluent = '^shared/streams/dsl/';

const folder = (name) => (['demos', 'grafana'].includes(name) ? `^${name}/` : `^shared/${name}/`);
// Tests, the contracts that tests run on two clusters, what starts a broker for them, and what drives the chaos test.
const test =
  '(\\.(test|contract)|/test-broker|/test-application|/test-document)\\.ts$|^shared/streams/chaos/driver/|^shared/model-import/pmml/judge/';

module.exports = {
  forbidden: [
    ...Object.entries(layers).map(([name, allowed]) => ({
      name: `${name}-imports-only-below-it`,
      severity: 'error',
      from: { path: folder(name), pathNot: test },
      to: {
        path: '^(demos|shared|bench|grafana)/',
        pathNot: [folder(name), single, ...allowed.map(folder)],
      },
    })),
    {
      name: 'a-demo-never-imports-another',
      severity: 'error',
      from: { path: '^demos/([^/]+)/' },
      to: { path: '^demos/', pathNot: '^demos/$1/' },
    },
    {
      name: 'a-folder-is-entered-by-its-index',
      comment: 'Across folders: #shared/<folder>, never a file inside it.',
      severity: 'error',
      from: { path: '^(?:demos|bench|grafana|shared/(?:embedded/)?[^/]+)/', pathNot: test },
      to: {
        path: '^shared/',
        pathNot: [single, '^shared/(embedded/)?[^/]+/index\\.ts$'],
        dependencyTypes: ['aliased-subpath-import'],
      },
    },
    {
      name: 'a-relative-import-stays-in-its-folder',
      severity: 'error',
      from: { path: '^(shared/embedded/[^/]+|shared/(?!embedded)[^/]+|demos/[^/]+|grafana)/' },
      to: {
        path: '^(demos|shared|bench|grafana)/',
        pathNot: '^$1/',
        dependencyTypes: ['local'],
        dependencyTypesNot: ['aliased-subpath-import'],
      },
    },
    ...Object.entries(wrapped).map(([library, home]) => ({
      name: `${library}-has-one-home`,
      severity: 'error',
      from: { path: '^(demos|shared|grafana)/', pathNot: [`^${home}/`, test] },
      to: { path: `^node_modules/(@types/)?${library}/` },
    })),
    { name: 'no-circles', severity: 'error', from: { pathNot: fluent }, to: { circular: true } },
    {
      name: 'no-circles-out-of-the-fluent-interface',
      severity: 'error',
      from: { path: fluent },
      to: { circular: true, via: { pathNot: fluent } },
    },
    {
      name: 'not-resolved',
      comment: 'A board imports the parts of the shared page by their URL; the compiler proves that they are there.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^/page/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
