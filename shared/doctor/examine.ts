import { judgeDisk, lookAtProjectFolder, lookAtTemporaryFolder } from './disk.js';
import { judgeDocker, lookAtDocker } from './docker.js';
import { findChromium } from './find-chromium.js';
import type { Section } from './finding.js';
import { judgeLoopback, lookAtLoopback } from './loopback.js';
import { judgeMemory, judgeMemoryOfStack, lookAtMemory } from './memory.js';
import { judgeNode } from './node-version.js';
import { judgePackages, lookAtPackages } from './packages.js';
import { judgePlatform, lookAtPlatform } from './platform.js';
import { DEMO_PORTS, judgePorts, lookAtPorts } from './ports.js';
import { judgePublishedPorts, lookAtPublishedPorts } from './published-ports.js';
import { askTool, judgeBrowser, judgeJava, judgeTools, lookAtJava } from './tools.js';

/** What was found on this machine; only what the first section says decides whether a demo can be run. */
export interface Examination {
  readonly demos: Section;
  readonly others: readonly Section[];
}

/** Looks at everything at once; nothing is waited for longer than 10 s. */
export async function examine(): Promise<Examination> {
  const version = ['--version'];
  const memory = lookAtMemory();
  const published = await lookAtPublishedPorts();
  const [packages, loopback, ports, project, temporary, docker, java, kcat, python, r] = await Promise.all([
    lookAtPackages(),
    lookAtLoopback(),
    lookAtPorts([...DEMO_PORTS, ...published.wanted]),
    lookAtProjectFolder(),
    lookAtTemporaryFolder(),
    lookAtDocker(),
    lookAtJava(),
    askTool(['kcat'], ['-V']),
    askTool(['python3.11'], version),
    askTool(['Rscript'], version),
  ]);
  const monitors = await Promise.all([
    askTool(['prometheus'], version),
    askTool(['promtool'], version),
    askTool(['prometheus-alertmanager', 'alertmanager'], version),
    askTool(['amtool'], version),
  ]);
  const among = (wanted: readonly number[]): typeof ports => ports.filter(({ port }) => wanted.includes(port));
  return {
    demos: {
      purpose: 'the demos',
      findings: [
        judgeNode(process.versions.node),
        judgePlatform(lookAtPlatform()),
        judgePackages(packages),
        judgeLoopback(loopback),
        judgePorts(among(DEMO_PORTS)),
        judgeMemory(memory),
        judgeDisk('Disk', project),
        judgeDisk('Temporary', temporary),
      ],
    },
    others: [
      {
        purpose: 'docker compose up (nothing else needs it)',
        findings: [
          ...judgeDocker(docker),
          judgeMemoryOfStack(memory),
          ...(published.wanted.length > 0 ? [judgePublishedPorts(among(published.wanted), published.had)] : []),
        ],
      },
      {
        purpose: 'all tests (npm test leaves out what it has no program for)',
        findings: [
          judgeJava(java, docker.engine.kind === 'answered'),
          judgeBrowser(findChromium()),
          judgeTools(
            'Prometheus',
            monitors,
            "Install Debian's packages prometheus and prometheus-alertmanager: alerts are tested with the real ones.",
          ),
          judgeTools('kcat', [kcat], 'Install kcat: the embedded Kafka is tested with it.'),
        ],
      },
      {
        purpose: 'making the models anew (npm run notebooks)',
        findings: [
          judgeTools('Python', [python], 'Install Python 3.11 with venv, or name one by PYTHON.'),
          judgeTools('R', [r], 'Install R: apt-get install r-base-core, or brew install r.'),
        ],
      },
    ],
  };
}
