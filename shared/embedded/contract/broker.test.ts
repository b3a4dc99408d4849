import { describeOnEachKafkaAlone } from '#shared/testing';
import { specifyApiVersions } from './api-versions.contract.js';
import { specifyConfigs } from './configs.contract.js';
import { specifyDeleteRecords } from './delete-records.contract.js';
import { specifyFetch } from './fetch.contract.js';
import { specifyGroupRebalances } from './group-rebalance.contract.js';
import { specifyGroups } from './groups.contract.js';
import { specifyIdempotence } from './idempotence.contract.js';
import { specifyListOffsets } from './list-offsets.contract.js';
import { specifyMetadata } from './metadata.contract.js';
import { specifyOffsets } from './offsets.contract.js';
import { specifyProduce } from './produce.contract.js';
import { specifyTopics } from './topics.contract.js';
import { specifyTransactionCourse } from './transaction-course.contract.js';
import { specifyTransactionOffsets } from './transaction-offsets.contract.js';
import { specifyTransactionReading } from './transaction-reading.contract.js';
import { specifyTransactions } from './transactions.contract.js';

// One start of each cluster for the whole contract: Apache Kafka takes seconds.
await describeOnEachKafkaAlone('a broker', (kafka) => {
  specifyApiVersions(kafka);
  specifyMetadata(kafka);
  specifyTopics(kafka);
  specifyConfigs(kafka);
  specifyProduce(kafka);
  specifyIdempotence(kafka);
  specifyFetch(kafka);
  specifyListOffsets(kafka);
  specifyDeleteRecords(kafka);
  specifyGroups(kafka);
  specifyGroupRebalances(kafka);
  specifyOffsets(kafka);
  specifyTransactions(kafka);
  specifyTransactionCourse(kafka);
  specifyTransactionReading(kafka);
  specifyTransactionOffsets(kafka);
});
