import { describeOnEachKafka } from '#shared/testing';
import { specifyGroups } from './groups.contract.js';
import { specifyOffsets } from './offsets.contract.js';
import { specifyProduce } from './produce.contract.js';
import { specifyTransactionCourse } from './transaction-course.contract.js';
import { specifyTransactionOffsets } from './transaction-offsets.contract.js';
import { specifyTransactionReading } from './transaction-reading.contract.js';
import { specifyTransactions } from './transactions.contract.js';

// One start of each cluster for the whole contract: Apache Kafka takes seconds.
await describeOnEachKafka('a broker', (kafka) => {
  specifyProduce(kafka);
  specifyGroups(kafka);
  specifyOffsets(kafka);
  specifyTransactions(kafka);
  specifyTransactionCourse(kafka);
  specifyTransactionReading(kafka);
  specifyTransactionOffsets(kafka);
});
