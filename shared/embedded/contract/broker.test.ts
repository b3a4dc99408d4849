import { describeOnEachKafka } from '#shared/testing';
import { specifyProduce } from './produce.contract.js';

// One start of each cluster for the whole contract: Apache Kafka takes seconds.
await describeOnEachKafka('a broker', (kafka) => {
  specifyProduce(kafka);
});
