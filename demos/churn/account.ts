import { KitError } from '#shared/errors';
import type { Key, KeyValueStore, Processor } from '#shared/streams';
import type { Customer, CustomerEvent, Usage } from './topics.js';

/** What a customer has used of the period. */
export type Account = Readonly<Usage>;

/** Name of the store: the account of each customer. */
export const ACCOUNTS = 'accounts';

export const noAccount = (): Account => ({
  daySeconds: 0,
  eveningSeconds: 0,
  nightSeconds: 0,
  abroadSeconds: 0,
  abroadCalls: 0,
  serviceCalls: 0,
});

const USES = { day: 'daySeconds', evening: 'eveningSeconds', night: 'nightSeconds', abroad: 'abroadSeconds' } as const;
const kinds: readonly string[] = [...Object.keys(USES), 'service'];

/**
 * The event as it is.
 * @throws KitError 'record-unscorable' for what somebody else wrote by another schema: it would spoil the account.
 */
export function checked(event: CustomerEvent): CustomerEvent {
  const { id, kind, seconds } = event;
  if (kinds.includes(kind) && Number.isInteger(seconds) && seconds >= 0) return event;
  throw new KitError(
    'record-unscorable',
    `The event ${id} is of the kind ${kind} and took ${seconds} seconds; it must be of one of ${kinds.join(', ')} and take 0 seconds or more.`,
  );
}

/** Adds what a call has used. */
export function addEvent(_customerId: unknown, { kind, seconds }: CustomerEvent, account: Account): Account {
  if (kind === 'service') return { ...account, serviceCalls: account.serviceCalls + 1 };
  const abroadCalls = account.abroadCalls + (kind === 'abroad' ? 1 : 0);
  return { ...account, abroadCalls, [USES[kind]]: account[USES[kind]] + seconds };
}

/** A profile opens its customer's account, with what was used before; where it is deleted, the account is closed. */
export const openAccount = (): Processor<Key, Customer | null, never, never> => {
  let accounts: KeyValueStore<Key, Account>;
  return {
    init(context) {
      accounts = context.getStateStore(ACCOUNTS);
    },
    process({ key, value }) {
      if (value === null) return void accounts.delete(key);
      const { daySeconds, eveningSeconds, nightSeconds, abroadSeconds, abroadCalls, serviceCalls } = value;
      accounts.put(key, { daySeconds, eveningSeconds, nightSeconds, abroadSeconds, abroadCalls, serviceCalls });
    },
  };
};
