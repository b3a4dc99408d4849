import type { ScorerStatus } from '#shared/monitoring';

/** What a heartbeat says of models that the one before did not say; nothing of a scorer that is heard for the first time. */
export function modelNewsInWords(status: ScorerStatus, before: ScorerStatus | undefined): string[] {
  if (before === undefined) return [];
  const { instance, modelName, modelVersion, refusal, challenger } = status;
  const news: string[] = [];
  if (status.swapsTotal > before.swapsTotal) {
    const old = `${before.modelName} ${before.modelVersion}`;
    news.push(`${modelName} ${modelVersion} serves now instead of ${old} (scorer ${instance}).`);
  }
  if (refusal !== null && refusal.refusedAt !== before.refusal?.refusedAt) {
    news.push(
      `${refusal.modelName} ${refusal.modelVersion} is refused as ${refusal.role}, ${modelName} ${modelVersion} goes on: ${refusal.message}`,
    );
  }
  const nameOf = (other: ScorerStatus['challenger']): string =>
    other ? `${other.modelName} ${other.modelVersion}` : '';
  if (nameOf(challenger) !== nameOf(before.challenger)) {
    news.push(
      challenger === null
        ? `${nameOf(before.challenger)} does not challenge any more.`
        : `${nameOf(challenger)} scores beside it as challenger.`,
    );
  }
  return news;
}
