import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';
import type { FastServer } from './fast-server-process.js';

/** Serves flight-delay's page from a process of its own: records a second of the demo's time, and how often it updates. */
export async function startFastServer(rate: number, updateMs: number) {
  const program = fileURLToPath(projectFile('dist/bench/page/fast-server-process.js'));
  const child = fork(program, [String(rate), String(updateMs)], { execArgv: ['--expose-gc'] });
  const said = async (): Promise<FastServer> => {
    const [message] = (await once(child, 'message')) as [FastServer];
    return message;
  };
  const { url = '' } = await said();
  return {
    url,
    async megabytes(): Promise<number> {
      const answer = said();
      child.send('memory');
      return (await answer).megabytes ?? Number.NaN;
    },
    close: (): boolean => child.kill(),
  };
}
