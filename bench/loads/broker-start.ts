// How long a program that has Node running waits for its broker; a line of JSON.

const before = performance.now();
const { startBroker } = await import('#shared/embedded/broker');
const imported = performance.now();
const broker = await startBroker({ port: 0 });
const listening = performance.now();
console.log(JSON.stringify({ importMs: imported - before, callMs: listening - imported }));
await broker.close();
