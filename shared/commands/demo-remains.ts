import { controlTopic } from '#shared/control';
import type { Cluster } from '#shared/kafka';
import { MODELS_TOPIC, withdrawModels } from '#shared/scoring';
import { demoTopics } from './demo-cluster.js';
import type { DemoBasics } from './demo-definition.js';
import { monitoringApplications } from './monitoring-applications.js';
import { replaysTopic } from './replays.js';
import { featuresTopic } from './row-sampler.js';

/** What was cleared of a demo. */
export interface Cleared {
  readonly topics: readonly string[];
  /** What had been published for it, as `name version` and the role. */
  readonly models: readonly string[];
}

/** What a demo's runs leave on a cluster: topics, offsets of groups, pointers to models. Who works with it has to be ended first. */
export class DemoRemains {
  constructor(
    private readonly definition: DemoBasics,
    private readonly cluster: Cluster,
    private readonly namespace: string,
  ) {}

  /** The demo's topics that are there, internal ones of its applications included. */
  async topics(): Promise<readonly string[]> {
    const { name: demo } = this.definition;
    const beside = [controlTopic(demo), featuresTopic(demo), replaysTopic(demo)];
    const own = [...demoTopics(this.definition, { monitoring: true }), ...beside];
    const names = new Set(own.map(({ name }) => `${this.namespace}${name}`));
    const isInternal = (topic: string): boolean =>
      this.#groups.some(
        (application) => topic.startsWith(`${application}-`) && /-(changelog|repartition)$/.test(topic),
      );
    return (await this.cluster.topicNames()).filter((topic) => names.has(topic) || isInternal(topic));
  }

  /**
   * Deletes all of it, so that the next run finds nothing of an earlier one; without the control topic where somebody is
   * there who is told by it what to do next.
   * @throws KitError 'run-failed' where a group has members, and nothing is deleted then.
   */
  async clear({ keepsControl = false }: { readonly keepsControl?: boolean } = {}): Promise<Cleared> {
    // First: where somebody works with them, this is refused.
    await this.cluster.deleteGroups(this.#groups);
    const withdrawn = await withdrawModels(this.cluster, `${this.namespace}${MODELS_TOPIC}`, this.definition.name);
    const control = `${this.namespace}${controlTopic(this.definition.name).name}`;
    const topics = (await this.topics()).filter((topic) => !(keepsControl && topic === control));
    await this.cluster.deleteTopics(topics);
    return { topics, models: withdrawn.map(({ role, name, version }) => `${name} ${version} as ${role}`) };
  }

  /** Groups of the demo's applications, which are their ids. */
  get #groups(): readonly string[] {
    return ['scorer', ...monitoringApplications.map(({ name }) => name)].map(
      (application) => `${this.namespace}${this.definition.name}.${application}`,
    );
  }
}
